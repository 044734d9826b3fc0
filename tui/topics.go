package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/diagnose"
	"stedi/tui/ui"
)

// explainable is a screen on which something is selected that has an
// explanation.
type explainable interface {
	// topics returns the names of what is selected, the closest first.
	topics() []string
}

func (l *lakeView) topics() []string { return nameOf(l.current()) }

func (s *runView) topics() []string { return nameOf(s.current()) }

func (t *tableView) topics() []string { return []string{t.name} }

func (c *checksView) topics() []string {
	line, ok := c.current()
	if !ok {
		return nil
	}
	if line.rule != nil {
		return []string{line.rule.Check, line.table.Name}
	}
	names := nameOf(line.table)
	if found := c.diagnosis(line.table.Name); found != nil {
		for i := range found.Causes {
			names = append(names, found.Causes[i].ID)
		}
	}
	return names
}

func nameOf(t *pipeline.Table) []string {
	if t == nil {
		return nil
	}
	return []string{t.Name}
}

// topicsMsg brings the explanations of the lake.
type topicsMsg struct {
	all   []diagnose.Topic
	names []string // what to explain; empty: the person chooses
	err   error
}

// explain opens the explanation of what is selected, or the list of all topics.
func (m *Model) explain() tea.Cmd {
	var names []string
	if e, ok := m.here().(explainable); ok {
		names = e.topics()
	}
	if m.place == nil || m.place.Topics == nil || m.topicsTask.Working() {
		return nil
	}
	list := m.place.Topics
	return m.Work.Start(&m.topicsTask, func(ctx context.Context) tea.Msg {
		all, err := list(ctx)
		return topicsMsg{all, names, err}
	})
}

// explained shows the explanations that it was asked for.
func (m *Model) explained(msg topicsMsg) tea.Cmd {
	if msg.err != nil {
		m.fail("explain", msg.err)
		return nil
	}
	if chosen := topicsOf(msg.all, msg.names); len(chosen) > 0 {
		return m.openTopics(chosen)
	}
	p := newPalette(m.Kit, "EXPLAIN")
	for _, t := range msg.all {
		p.all = append(p.all, choice{text: t.Name, kind: t.Kind, do: func() tea.Cmd { return m.openTopics(topicsOf(msg.all, []string{t.Name})) }})
	}
	return p.show()
}

func (m *Model) openTopics(chosen []diagnose.Topic) tea.Cmd {
	return m.Open(&ui.Reader{Kit: m.Kit, Head: "EXPLAIN " + chosen[0].Name, Lines: m.Fitted(func() []ui.StyledLine { return topicLines(m.Theme, chosen) })})
}

// topicsOf returns the topics of the names. Those of a table are followed by
// those of its stages.
func topicsOf(all []diagnose.Topic, names []string) (chosen []diagnose.Topic) {
	for _, name := range names {
		found, err := diagnose.Find(all, name)
		if err != nil || name == "" {
			continue // nothing is written about it
		}
		chosen = append(chosen, found...)
		for _, t := range all {
			if t.Kind == "stage" && strings.HasPrefix(t.Name, name+".") {
				chosen = append(chosen, t)
			}
		}
	}
	return chosen
}

func topicLines(t *ui.Theme, topics []diagnose.Topic) (lines []ui.StyledLine) {
	for i, topic := range topics {
		if i > 0 {
			lines = append(lines, ui.StyledLine{})
		}
		lines = append(lines, ui.StyledLine{{Style: t.Strong, Text: topic.Name}, {Style: t.Dim, Text: "  " + topic.Kind}})
		for line := range strings.Lines(topic.Text) {
			lines = append(lines, ui.StyledLine{{Style: t.Text, Text: strings.TrimRight(line, "\n")}})
		}
		if topic.Fix != "" {
			lines = append(lines, ui.StyledLine{{Style: t.Accent, Text: "→ " + topic.Fix}})
		}
		if topic.SQL != "" {
			lines = append(append(lines, ui.StyledLine{}), ui.ColourSQL(t, topic.SQL)...)
		}
	}
	return lines
}
