package duckdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stedi/pipeline"
)

// Trace counts a subject's rows in every table and after every stage.
func (e *Engine) Trace(ctx context.Context, job pipeline.TraceJob) (_ *pipeline.Trace, err error) {
	over, err := e.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer over()
	t := &trace{engine: e, job: job, rows: map[string]int64{}}
	defer func() { err = errors.Join(t.cause(ctx, err), t.close(context.WithoutCancel(ctx))) }()
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	if err := t.name(ctx); err != nil {
		return nil, err
	}
	found := &pipeline.Trace{Name: t.given, Linked: []pipeline.Link{}, Tables: []pipeline.TableTrace{}}
	for _, kind := range t.kinds {
		if kind == t.given || t.given == "" {
			continue
		}
		link, err := t.link(ctx, kind)
		if err != nil {
			return nil, err
		}
		found.Linked = append(found.Linked, link)
	}
	for _, table := range job.Lake.Tables {
		one, err := t.table(ctx, table)
		if failure, ok := errors.AsType[*pipeline.Failure](err); ok {
			return nil, failure
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table.Name, err)
		}
		found.Tables = append(found.Tables, one)
	}
	return found, nil
}

// trace is one running trace.
type trace struct {
	engine *Engine
	job    pipeline.TraceJob
	views  map[string]*view // tables that are read from files
	made   []string         // tables that are computed from their SQL
	kinds  []string         // the kinds of names that a subject may have
	given  string           // the kind of the given name
	rows   map[string]int64 // number of the subject's rows, by table
}

// subject holds the fields for the templates sql/subject_*.sql.
type subject struct {
	Names, Linked, Table, Column, To, SQL string
}

// names returns the table with the subject's names of a kind.
func names(kind string) string { return "stedi_subject_" + kind }

// open makes every table available by its name.
func (t *trace) open(ctx context.Context) (err error) {
	t.views = map[string]*view{}
	for _, table := range t.job.Lake.Tables {
		for _, kind := range slices.Sorted(maps.Keys(table.Subject)) {
			if !slices.Contains(t.kinds, kind) {
				t.kinds = append(t.kinds, kind)
			}
		}
		if input, ok := t.job.Inputs[table.Name]; ok {
			if t.views[table.Name], err = t.engine.view(ctx, input, table.Name); err != nil {
				delete(t.views, table.Name)
				return err
			}
			continue
		}
		if err := t.engine.exec(ctx, statement("subject_made.sql", subject{Table: table.Name, SQL: table.Transform.SQL})); err != nil {
			return err
		}
		t.made = append(t.made, table.Name)
	}
	return nil
}

// name determines the kind of the given name: the first kind for which a table
// has a row.
func (t *trace) name(ctx context.Context) error {
	for _, kind := range t.kinds {
		if err := t.engine.exec(ctx, statement("subject_names.sql", subject{Names: names(kind)})); err != nil {
			return err
		}
		fill := statement("subject_given.sql", subject{Names: names(kind)})
		if err := t.engine.exec(ctx, fill, t.job.Subject); err != nil {
			return err
		}
		for _, table := range t.job.Lake.Tables {
			column, ok := table.Subject[kind]
			if !ok {
				continue
			}
			n, err := t.engine.number(ctx, statement("subject_count.sql", subject{Table: table.Name, Column: column, Names: names(kind)}))
			if err != nil {
				return err
			}
			if n > 0 {
				t.given = kind
				return nil
			}
		}
	}
	return nil
}

// link finds the subject's names of another kind in rows that have both kinds.
func (t *trace) link(ctx context.Context, kind string) (pipeline.Link, error) {
	to := names(kind)
	if err := t.engine.exec(ctx, statement("subject_names.sql", subject{Names: to})); err != nil {
		return pipeline.Link{}, err
	}
	for _, table := range t.job.Lake.Tables {
		from, other := table.Subject[t.given], table.Subject[kind]
		if from == "" || other == "" || t.views[table.Name] == nil {
			continue
		}
		fields := subject{Linked: to, To: other, Table: table.Name, Column: from, Names: names(t.given)}
		if err := t.engine.exec(ctx, statement("subject_linked.sql", fields)); err != nil {
			return pipeline.Link{}, err
		}
	}
	n, err := t.engine.number(ctx, statement("count.sql", named{Table: to}))
	return pipeline.Link{Name: kind, Values: n}, err
}

// table counts in one table, and in the stages of its transform.
func (t *trace) table(ctx context.Context, table *pipeline.Table) (pipeline.TableTrace, error) {
	found := pipeline.TableTrace{Table: table.Name, Zone: table.Zone, Stages: []pipeline.StageTrace{}}
	columns := map[string]string{}
	for kind, column := range table.Subject {
		columns[strings.ToLower(column)] = kind
	}
	var err error
	if found.Rows, err = t.count(ctx, nil, subject{Table: table.Name}, slices.Collect(maps.Keys(columns)), columns); err != nil {
		return found, err
	}
	t.rows[table.Name] = found.Rows
	if v := t.views[table.Name]; v != nil {
		report, err := v.source.report(ctx)
		if err == nil {
			err = t.job.Allow.Accept(table, report)
		}
		if found.Rejected = report.Rejected; err != nil || table.IsLanding() {
			return found, err
		}
	} else {
		found.Missing = true
	}
	found.Stages, err = t.stages(ctx, table)
	return found, err
}

// count counts the subject's rows in a table or query: by the given name if a
// column holds names of its kind, else by a linked name. If neither is possible
// it returns -1.
func (t *trace) count(ctx context.Context, stages []stage, from subject, columns []string, known map[string]string) (int64, error) {
	if t.given == "" {
		return 0, nil
	}
	slices.Sort(columns)
	for _, column := range columns {
		kind, ok := known[strings.ToLower(column)]
		if !ok || from.Names != "" && kind != t.given {
			continue
		}
		from.Column, from.Names = column, names(kind)
	}
	if from.Names == "" {
		return -1, nil
	}
	query := statement("subject_count.sql", from)
	if len(stages) > 0 {
		query = plain(stages, query)
	}
	return t.engine.number(ctx, query)
}

// stages traces the subject through a transform.
func (t *trace) stages(ctx context.Context, table *pipeline.Table) ([]pipeline.StageTrace, error) {
	e, first := t.engine, table.Transform.Inputs[0]
	tree, err := e.parse(ctx, table.Transform.SQL)
	if err != nil {
		return nil, err
	}
	known := t.job.Lake.Identifying(table)
	way := []pipeline.StageTrace{{StageRows: pipeline.StageRows{Name: first, Rows: t.rows[first]}}}
	var stages []stage
	for _, cte := range tree.ctes() {
		s := stage{SplitStage: pipeline.SplitStage{Name: cte.name, Aliases: cte.aliases}}
		if s.SQL, err = e.unparse(ctx, cte.node); err != nil {
			return nil, err
		}
		stages = append(stages, s)
		one := pipeline.StageTrace{StageRows: pipeline.StageRows{Name: s.Name}}
		columns, err := t.columns(ctx, plain(stages, statement("stage.sql", named{Table: s.Name})))
		if err != nil {
			return nil, err
		}
		if one.Rows, err = t.count(ctx, stages, subject{Table: s.Name}, columns, known); err != nil {
			return nil, fmt.Errorf("stage %s: %w", s.Name, err)
		}
		if one.Condition, err = e.condition(ctx, cte.node); err != nil {
			return nil, err
		}
		way = append(way, one)
	}
	last := pipeline.StageTrace{StageRows: pipeline.StageRows{Name: table.Name}}
	columns, err := t.columns(ctx, table.Transform.SQL)
	if err != nil {
		return nil, err
	}
	// The text may end in a comment, so a line feed follows.
	if last.Rows, err = t.count(ctx, nil, subject{SQL: table.Transform.SQL + "\n"}, columns, known); err != nil {
		return nil, err
	}
	last.Condition, err = e.condition(ctx, tree.root())
	return append(way, last), err
}

func (t *trace) columns(ctx context.Context, query string) ([]string, error) {
	infos, err := t.engine.prepare(ctx, query)
	columns := make([]string, len(infos))
	for i, info := range infos {
		columns[i] = info.Name
	}
	return columns, err
}

// condition returns the predicate of a SELECT as text.
func (e *Engine) condition(ctx context.Context, node map[string]any) (string, error) {
	conditions := joins(field(node, "from_table"))
	if where := field(node, "where_clause"); where != nil {
		conditions = append(conditions, where)
	}
	var parts []string
	for _, c := range conditions {
		frame, err := e.parse(ctx, statement("condition.sql", nil))
		if err != nil {
			return "", err
		}
		frame.root()["select_list"] = []any{c}
		text, err := e.unparse(ctx, frame.root())
		if err != nil {
			return "", err
		}
		_, text, _ = strings.Cut(text, " ")
		parts = append(parts, text)
	}
	return strings.Join(parts, " AND "), nil
}

// Conditions implements pipeline.Tracer.
func (e *Engine) Conditions(ctx context.Context, table *pipeline.Table) (map[string]string, error) {
	over, err := e.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer over()
	tree, err := e.parse(ctx, table.Transform.SQL)
	if err != nil {
		return nil, err
	}
	nodes := map[string]map[string]any{table.Name: tree.root()}
	for _, cte := range tree.ctes() {
		nodes[cte.name] = cte.node
	}
	conditions := map[string]string{}
	for name, node := range nodes {
		text, err := e.condition(ctx, node)
		if err != nil {
			return nil, fmt.Errorf("stage %s: %w", name, err)
		}
		if text != "" {
			conditions[name] = text
		}
	}
	return conditions, nil
}

// joins returns the conditions of the joins of a FROM.
func joins(from map[string]any) []any {
	if from["type"] != "JOIN" {
		return nil
	}
	conditions := slices.Concat(joins(field(from, "left")), joins(field(from, "right")))
	if c := field(from, "condition"); c != nil {
		conditions = append(conditions, c)
	}
	return conditions
}

// cause returns the original error; DuckDB passes on only its text.
func (t *trace) cause(ctx context.Context, err error) error {
	for _, v := range t.views {
		err = v.cause(ctx, err)
	}
	return err
}

func (t *trace) close(ctx context.Context) error {
	var errs []error
	for _, name := range t.made {
		errs = append(errs, t.engine.exec(ctx, statement("drop.sql", named{Kind: "VIEW", Table: name})))
	}
	for _, v := range t.views {
		errs = append(errs, v.close(ctx))
	}
	for _, kind := range t.kinds {
		errs = append(errs, t.engine.exec(ctx, statement("drop.sql", named{Kind: "TABLE", Table: names(kind)})))
	}
	return errors.Join(errs...)
}
