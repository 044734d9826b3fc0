package tui

import (
	"slices"
	"strings"
	"time"

	"stedi/pipeline"
	"stedi/tui/ui"
)

// labelled is a part of a plain line. A part without a value says "none".
type labelled struct{ label, value string }

// sentence joins parts as "label: value; label: value".
func sentence(parts ...labelled) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		value := strings.Join(strings.Fields(plainWords.Replace(ui.Printable(p.value))), " ")
		if value == "" {
			value = "none"
		}
		texts[i] = p.label + ": " + value
	}
	return strings.Join(texts, "; ")
}

// word is a result in words.
func (r result) word() string {
	return [...]string{"not checked yet", "count as expected, not checked yet", "passed", "warning", "wrong, inherited", "wrong"}[r]
}

// plainPane returns the lines of a pane of a list, untruncated; nil: the pane is
// read as it is drawn.
func (p *plainScreen) plainPane(at int) []string {
	if p.model.view == nil || p.model.lake() == nil {
		return nil
	}
	switch s := p.model.here().(type) {
	case *lakeView:
		if at == tablesPane && !s.starts() {
			return s.plainTables()
		}
	case *runView:
		if at == stepsPane {
			return s.plainSteps()
		}
	case *checksView:
		if at == rulesPane {
			return s.plainRules()
		}
	case *historyView:
		if at == listPane && len(s.runs) > 0 {
			return s.plainRuns()
		}
	}
	return nil
}

// chosen marks the label of the selected line.
func chosen(label string, yes bool) string {
	if yes {
		return "chosen " + label
	}
	return label
}

func (l *lakeView) plainTables() []string {
	lines := []string{filtered("TABLES", l.wanted, 0)}
	for _, zone := range l.zones() {
		lines = append(lines, zone)
		for _, name := range l.inZone(zone) {
			parts := []labelled{{chosen("table", name == l.list.Key), name}, {"rows", strings.ReplaceAll(l.rowsNow(name), "—", "")}}
			if v := l.table(name); v != nil {
				parts = append(parts, l.plainState(name)...)
				if !v.Missing {
					parts = append(parts, labelled{"size", ui.Size(v.Bytes)}, labelled{"changed", ui.Ago(l.now(), v.Changed)})
				}
			} else if o := l.other(name); o != nil {
				parts = append(parts, labelled{"kind", o.Kind}, labelled{"format", o.Format}, labelled{"location", o.Location})
			}
			lines = append(lines, sentence(parts...))
		}
	}
	return lines
}

// plainState says what is known of a table: its result, its state and why.
func (a *app) plainState(name string) []labelled {
	v, s := a.table(name), a.results[name]
	_, state, _ := a.badge(v)
	if v.Missing {
		return []labelled{{"state", state}}
	}
	if state == "" {
		state = "built by stedi"
		if v.Zone == pipeline.Landing {
			state = pipeline.Landing
		}
	} else if note := v.Origin.Note(); note != "" && v.Stale == "" {
		state = note
	}
	parts := []labelled{{"result", s.word()}, {"state", state}}
	if v.Stale != "" {
		parts = append(parts, labelled{"stale because", v.Stale})
	}
	if s.why != "" {
		parts = append(parts, labelled{"why", s.why})
	}
	return parts
}

func (s *runView) plainSteps() []string {
	whole := ui.NewFrame(plainWidth, 1) // as the other panes have it
	s.drawWhole(whole.All())
	lines := append(readable(whole), filtered("TRANSFORMS", s.wanted, len(s.made())-len(s.steps())))
	for _, t := range s.steps() {
		parts := []labelled{{chosen("table", t == s.current()), t.Name}}
		step := s.live.steps[t.Name]
		if s.marked[t.Name] {
			parts = append(parts, labelled{"marked", "yes"})
		}
		if step == nil {
			parts = append(parts, s.plainState(t.Name)...)
			if v := s.table(t.Name); !v.Missing {
				parts = append(parts, labelled{"rows", s.rowsOf(v)})
			}
			lines = append(lines, sentence(parts...))
			continue
		}
		in, out := rowsThrough(step)
		parts = append(parts, labelled{"state", step.state.String()}, labelled{"rows in", in}, labelled{"rows out", out})
		if took := s.took(step); took > 0 {
			parts = append(parts, labelled{"time", ui.Span(took)})
		}
		if n := s.failedChecks(t.Name, step); n > 0 {
			parts = append(parts, labelled{"checks", ui.Plural(int64(n), "check failed", "checks failed")})
		}
		if why := strings.TrimSpace(step.reason + " " + step.err); why != "" && step.state != pipeline.Published {
			parts = append(parts, labelled{"why", why})
		}
		lines = append(lines, sentence(parts...))
	}
	return lines
}

func (c *checksView) plainRules() []string {
	all := c.lines()
	summary := c.summary()
	if found := c.verdicts(); found != nil && !c.checking.Working() {
		summary = tallyWords(pipeline.TallyOf(found.Checks)) + ", " + ui.Ago(c.now(), found.Started)
	}
	lines := []string{filtered("ROW COUNTS AND CHECKS", c.wanted, c.hidden(all)), "checks: " + summary}
	for n, line := range all {
		here := n == c.list.At()
		switch {
		case line.all != nil:
			lines = append(lines, sentence(labelled{chosen("checks "+resultWord(line.all[0]), here), namesOf(line.all)}))
		case line.rule != nil:
			parts := []labelled{{chosen("check", here), shortName(line.rule)}, {"result", resultWord(line.rule)}}
			if line.rule.Failing > 0 {
				parts = append(parts, labelled{"failing rows", ui.Count(line.rule.Failing)})
			}
			lines = append(lines, sentence(append(parts, labelled{"rule", c.ruleOf(line.rule)})...))
		default:
			lines = append(lines, c.plainTable(line.table.Name, here))
		}
	}
	return lines
}

func (c *checksView) plainTable(name string, here bool) string {
	parts := []labelled{{chosen("table", here), name}}
	v := c.table(name)
	if v == nil {
		return sentence(parts...)
	}
	expected, difference := "", ""
	rows, known := c.rows(v)
	if v.Expected != nil {
		expected = ui.Count(*v.Expected)
		if known && !v.Missing {
			difference = signed(rows - *v.Expected)
		}
	}
	parts = append(parts, labelled{"expected rows", expected}, labelled{"rows", strings.ReplaceAll(c.rowsOf(v), "—", "")}, labelled{"difference", difference})
	if tally := c.tallyOf(name); tally != (pipeline.Tally{}) {
		parts = append(parts, labelled{"checks", tallyWords(tally)})
	}
	return sentence(append(parts, c.plainState(name)...)...)
}

// tallyWords formats the results of checks in words: those that failed first.
func tallyWords(tally pipeline.Tally) string {
	var parts []string
	for _, n := range []struct {
		count int
		word  string
	}{{tally.Failed, "failed"}, {tally.Warned, "with a warning"}, {tally.Open(), "open"}, {tally.Passed, "passed"}} {
		if n.count > 0 {
			parts = append(parts, ui.Count(int64(n.count))+" "+n.word)
		}
	}
	return strings.Join(parts, ", ")
}

func (h *historyView) plainRuns() []string {
	lines := []string{"RUNS"}
	for n, r := range h.runs {
		parts := []labelled{
			{chosen("run", n == h.list.At()), r.Run},
			{"started", r.Started.In(h.options.Zone).Format(time.DateTime)},
			{"result", statusText(r)},
			{"summary", runText(r)},
			{"time", ui.Span(r.Seconds)},
		}
		if r.Run == h.base {
			parts = slices.Insert(parts, 1, labelled{"baseline", "yes"})
		}
		lines = append(lines, sentence(parts...))
	}
	return lines
}
