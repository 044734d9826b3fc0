package duckdb

import (
	"context"
	"fmt"
	"sync/atomic"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline"
)

// counted is a transform that counts the rows of its stages while it runs.
type counted struct {
	sql      string // the transform with its counters
	distinct bool   // a DISTINCT was removed from the outermost SELECT
	limited  bool   // a LIMIT may keep rows from the counters
	stages   []stage
}

// stage is one CTE for sql/stages.sql.
type stage struct {
	pipeline.SplitStage
	Columns []string // columns of its result
	Counter string   // the function that counts it; empty if it is not counted
	rows    *atomic.Int64
}

// count returns the text of a transform that counts the rows of its stages
// while it runs. The result is the same, except for duplicates if takeDistinct
// removes the DISTINCT. It reads the tables in others, by name in lower case, under
// other names. A stage that is read more than once is materialised, so that it is
// counted once.
func (e *Engine) count(ctx context.Context, transform *pipeline.Transform, takeDistinct bool, others map[string]string) (*counted, error) {
	split := transform.Split
	if split == nil || len(others) > 0 {
		var err error
		if split, err = e.split(ctx, transform.SQL, others); err != nil {
			return nil, err
		}
	}
	c := &counted{sql: split.Final, limited: split.Limited}
	if takeDistinct && split.All != "" {
		c.sql, c.distinct = split.All, true
	}
	for i, s := range split.Stages {
		c.stages = append(c.stages, stage{SplitStage: s})
		if err := e.addCounter(ctx, c, i); err != nil {
			return nil, err
		}
	}
	if len(c.stages) > 0 {
		c.sql = withStages(c.stages, c.sql)
	}
	return c, nil
}

// Split splits the text of a SELECT.
func (e *Engine) Split(ctx context.Context, text string) (*pipeline.Split, error) {
	return e.split(ctx, text, nil)
}

// split splits a text that reads the tables in others under other names.
func (e *Engine) split(ctx context.Context, text string, others map[string]string) (*pipeline.Split, error) {
	t, err := e.parse(ctx, text)
	if err != nil {
		return nil, err
	}
	t.rename(others)
	split := &pipeline.Split{Limited: t.uses("LIMIT_MODIFIER") || t.uses("LIMIT_PERCENT_MODIFIER")}
	refs := t.tables()
	for _, cte := range t.ctes() {
		s := pipeline.SplitStage{Name: cte.name, Aliases: cte.aliases, Shared: cte.materialized || uses(refs, cte.name) > 1}
		if s.SQL, err = e.unparse(ctx, cte.node); err != nil {
			return nil, err
		}
		split.Stages = append(split.Stages, s)
	}
	root := t.root()
	root["cte_map"] = map[string]any{"map": []any{}}
	if split.Final, err = e.unparse(ctx, root); err != nil {
		return nil, err
	}
	if t.dropDistinct() {
		split.All, err = e.unparse(ctx, root)
	}
	return split, err
}

func uses(refs []tableRef, name string) (n int) {
	for _, ref := range refs {
		if ref.is(name) {
			n++
		}
	}
	return n
}

func withStages(stages []stage, final string) string {
	return statement("stages.sql", map[string]any{"Stages": stages, "Final": final})
}

// plain returns the query over stages without counters.
func plain(stages []stage, final string) string {
	bare := make([]stage, len(stages))
	for i, s := range stages {
		s.Counter = ""
		bare[i] = s
	}
	return withStages(bare, final)
}

// addCounter registers the function that counts stage i. It takes the stage's
// rows as structs and returns them unchanged.
func (e *Engine) addCounter(ctx context.Context, c *counted, i int) error {
	s := &c.stages[i]
	columns, err := e.prepare(ctx, plain(c.stages[:i+1], statement("stage.sql", named{Table: s.Name})))
	if err != nil {
		return err
	}
	entries := make([]driver.StructEntry, len(columns))
	for j, column := range columns {
		s.Columns = append(s.Columns, column.Name)
		if entries[j], err = driver.NewStructEntry(column.T, fmt.Sprintf("c%d", j)); err != nil {
			return fmt.Errorf("stage %s: %w", s.Name, err)
		}
	}
	row, err := driver.NewStructInfo(entries[0], entries[1:]...)
	if err != nil {
		return fmt.Errorf("stage %s: %w", s.Name, err)
	}
	s.rows = new(atomic.Int64)
	s.Counter = fmt.Sprintf("stedi_stage_%d", e.counters.Add(1))
	return driver.RegisterScalarUDF(e.conn, s.Counter, counter{row, s.rows})
}

// counter is the function that addCounter registers.
type counter struct {
	row  driver.TypeInfo
	rows *atomic.Int64
}

// Config declares the function volatile. So it is called for every row, and the
// optimizer moves no filter or join across it.
func (c counter) Config() driver.ScalarFuncConfig {
	return driver.ScalarFuncConfig{InputTypeInfos: []driver.TypeInfo{c.row}, ResultTypeInfo: c.row, Volatile: true, SpecialNullHandling: true}
}

// Executor passes a chunk on by reference, for columns of any type.
func (c counter) Executor() driver.ScalarFuncExecutor {
	return onChunks("counting", func(chunk mapping.DataChunk, rows int, result mapping.Vector) error {
		mapping.VectorReferenceVector(result, chunkVector(chunk, 0))
		c.rows.Add(int64(rows))
		return nil
	})
}

// stageRows returns the rows of each stage. The counters are exact unless
// DuckDB skipped rows: an empty side of a join or a LIMIT ends a query early.
// In that case it queries the stages one by one.
func (e *Engine) stageRows(ctx context.Context, c *counted) ([]pipeline.StageRows, error) {
	recount := c.limited
	for _, s := range c.stages {
		recount = recount || s.rows.Load() == 0
	}
	stages := make([]pipeline.StageRows, len(c.stages))
	for i, s := range c.stages {
		rows := s.rows.Load()
		if recount {
			var err error
			if rows, err = e.number(ctx, plain(c.stages[:i+1], statement("count.sql", named{Table: s.Name}))); err != nil {
				return nil, fmt.Errorf("stage %s: %w", s.Name, err)
			}
		}
		stages[i] = pipeline.StageRows{Name: s.Name, Rows: rows}
	}
	return stages, nil
}
