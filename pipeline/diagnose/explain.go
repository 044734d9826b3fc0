package diagnose

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/definition"
)

// Topic is one thing that can be explained.
type Topic struct {
	Name string `json:"topic"`
	Kind string `json:"kind"` // table, stage, check, cause or concept
	Text string `json:"text"` // a paragraph
	Fix  string `json:"fix,omitempty"`
	SQL  string `json:"sql,omitempty"`
}

// Topics lists what can be explained of a lake: its tables with their stages,
// its checks, the causes of wrong tables, and the concepts in topics/*.md.
func Topics(ctx context.Context, lake *pipeline.Lake, files fs.FS, tracer pipeline.Tracer) ([]Topic, error) {
	texts, err := topicTexts(files)
	if err != nil {
		return nil, err
	}
	var all []Topic
	for _, t := range lake.Tables {
		if t.IsLanding() {
			all = append(all, Topic{t.Name, "table", cmp.Or(texts[t.Name], t.Doc), "", t.DDL})
			continue
		}
		all = append(all, Topic{t.Name, "table", cmp.Or(texts[t.Name], t.Doc), "", withoutComments(t.Transform.SQL)})
		conditions, err := tracer.Conditions(ctx, t)
		if err != nil {
			return nil, err
		}
		for i, stage := range t.Transform.Stages {
			name, sql := t.Name+"."+stage, conditions[stage]
			text := fmt.Sprintf("Stage %d of %d of the transform of %s.", i+1, len(t.Transform.Stages), t.Name)
			if sql != "" {
				text += " It keeps the rows for which the condition is true."
			}
			all = append(all, Topic{name, "stage", cmp.Or(texts[name], text), "", sql})
			delete(texts, name)
		}
		delete(texts, t.Name)
	}
	for _, c := range lake.Checks {
		all = append(all, Topic{c.Name, "check", cmp.Or(texts[c.Name], c.Doc+" The check lists the rows that break this."), "", withoutComments(c.SQL)})
		delete(texts, c.Name)
	}
	causes, err := causeTopics(files)
	if err != nil {
		return nil, err
	}
	all = append(all, causes...)
	for name, text := range texts {
		if !slices.ContainsFunc(all, func(t Topic) bool { return t.Name == name }) && !strings.Contains(name, ".") {
			all = append(all, Topic{Name: name, Kind: "concept", Text: text})
		}
	}
	order := []string{"concept", "table", "stage", "check", "cause"}
	slices.SortStableFunc(all, func(a, b Topic) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Name, b.Name))
	})
	return all, nil
}

// causeTopics makes a topic of each mistake: of one that is about several
// tables, one for each besides.
func causeTopics(files fs.FS) ([]Topic, error) {
	known, err := Mistakes(files)
	if err != nil {
		return nil, &pipeline.Failure{Kind: pipeline.BadUsage, Err: err, Fix: "Repair the definition, or leave --definition out to use the one built in."}
	}
	var all []Topic
	for _, m := range known {
		t := Topic{Name: m.ID, Kind: "cause", Text: m.Title + ". " + m.Cause, Fix: m.Fix}
		if len(m.SQL) > 0 {
			t.SQL = m.SQL[0]
		}
		if m.Table != "" {
			t.Name = m.Table + "." + m.ID
		}
		all = append(all, t)
	}
	return all, nil
}

// topicTexts reads topics/*.md.
func topicTexts(files fs.FS) (map[string]string, error) {
	names, err := definition.TextFiles(files, "topics", ".md")
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	texts := map[string]string{}
	for _, file := range names {
		text, err := definition.ReadText(files, file)
		if err != nil {
			return nil, fmt.Errorf("definition: %w", err)
		}
		texts[strings.TrimSuffix(path.Base(file), ".md")] = strings.TrimSpace(text)
	}
	return texts, nil
}

// Find returns the topics of a name. A stage and a cause may be named without
// their table.
func Find(all []Topic, name string) ([]Topic, error) {
	var found []Topic
	var names []string
	for _, t := range all {
		_, short, _ := strings.Cut(t.Name, ".")
		if strings.EqualFold(t.Name, name) || strings.EqualFold(short, name) {
			found = append(found, t)
		}
		names = append(names, t.Name)
	}
	if len(found) > 0 {
		return found, nil
	}
	fix := "`stedi explain` lists the topics."
	if near := pipeline.Nearest(name, names); near != "" {
		fix = "Did you mean " + near + "? " + fix
	}
	return nil, pipeline.Fail(pipeline.BadUsage, "", fix, "unknown topic %.80q", name)
}
