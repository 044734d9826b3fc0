package tui

import (
	"fmt"
	"strings"

	"stedi/pipeline"
)

// hint says the one thing about the chosen table that is most worth knowing.
func (l *lakeView) hint() (mood, string) {
	t, v := l.current(), l.table(l.at)
	if t == nil || v == nil {
		return told, ""
	}
	switch {
	case l.isEmpty():
		return warned, "no data yet; `stedi --demo` shows a lake. Put JSON lines in " + strings.Join(l.landingPaths(), ", ")
	case len(v.Strange) > 0:
		return failed, v.Strange[0] + " was modified outside stedi: run with --replace to move it aside"
	case v.Stale != "":
		return warned, v.Table + " is stale: " + v.Stale + "; r brings it up to date"
	case len(v.Failing) > 0 && v.Verdict == pipeline.Wrong:
		return failed, v.Failing[0].Check + ": " + v.Failing[0].Message
	case l.lacks(v) != "":
		return warned, l.lacks(v)
	case len(v.Failing) > 0:
		return warned, v.Failing[0].Check + ": " + v.Failing[0].Message
	case v.Missing && !t.IsLanding():
		return told, v.Table + " has not been built yet: r builds it and its upstream tables, R builds all"
	case v.Missing:
		return warned, "no file in " + t.Path
	case len(v.Funnel) > 1:
		return told, l.greatestLoss(t, v)
	default:
		return told, t.Doc
	}
}

// isEmpty tells whether not one table has a file.
func (l *lakeView) isEmpty() bool {
	for _, t := range l.view.Tables {
		if !t.Missing {
			return false
		}
	}
	return true
}

func (l *lakeView) landingPaths() []string {
	var paths []string
	for _, t := range l.lake().Tables {
		if t.IsLanding() {
			paths = append(paths, t.Path)
		}
	}
	return paths
}

// greatestLoss says which stage let the fewest rows through.
func (l *lakeView) greatestLoss(t *pipeline.Table, v *pipeline.TableView) string {
	way, _ := waterfall(t, v.Funnel, nil)
	worst, before := fall{}, int64(0)
	for i, f := range way[1:] {
		if f.change < worst.change {
			worst, before = f, way[i].rows
		}
	}
	if worst.change == 0 {
		return t.Doc
	}
	return fmt.Sprintf("%s drops %s of %s: %s of %s rows", worst.name, percent(-worst.change, before), way[0].name, count(-worst.change), count(before))
}
