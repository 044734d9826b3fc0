package tui

import (
	"fmt"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/survey"
	"stedi/tui/ui"
)

// hint returns the most important information about the selected table.
func (l *lakeView) hint() (ui.Mood, string) {
	t, v := l.current(), l.table(l.list.Key)
	if t == nil || v == nil {
		return ui.Told, ""
	}
	switch {
	case l.starts():
		return ui.Told, ""
	case l.isEmpty():
		return ui.Warned, "no data yet; `stedi --demo` shows a lake. Put JSON lines in " + strings.Join(l.landingPaths(), ", ")
	case l.isFirstWrong(v.Table):
		return ui.Failed, "the first wrong table: " + l.firstWrong().Sentence()
	case v.Origin == pipeline.Modified:
		return ui.Failed, l.modified(v)
	case v.Stale != "":
		return ui.Warned, v.Table + " is stale: " + v.Stale + "; r brings it up to date"
	case len(v.Failing) > 0 && v.Verdict == survey.Wrong:
		return ui.Failed, v.Table + ": " + l.failing(v)
	case l.lacks(v) != "":
		return ui.Warned, v.Table + ": " + l.lacks(v)
	case len(v.Failing) > 0:
		return ui.Warned, v.Table + ": " + l.failing(v)
	default:
		return l.calmHint(t, v)
	}
}

// calmHint is the hint about a table of which nothing is wrong, as far as that
// is known.
func (l *lakeView) calmHint(t *pipeline.Table, v *survey.TableView) (ui.Mood, string) {
	switch {
	case v.Missing && !t.IsLanding():
		return ui.Told, v.Table + " has not been built yet: " + ui.KeyOf(l.actions(), "run-to") + " builds it and its upstream tables, " + ui.KeyOf(l.actions(), "run-all") + " builds all"
	case v.Missing:
		return ui.Warned, "no file in " + t.Path
	case v.Origin == pipeline.Unmanaged && v.Verdict == survey.Unchecked:
		return ui.Told, pipeline.BuiltElsewhere + ": " + ui.KeyOf(l.actions(), "check") + " checks it; " + ui.KeyOf(l.actions(), "replace") + " moves the files aside and builds it here"
	case len(v.Funnel) > 1:
		return ui.Told, l.greatestLoss(t, v)
	default:
		return l.countHint(v)
	}
}

// countHint says whether the count is as expected, and what the checks found.
func (l *lakeView) countHint(v *survey.TableView) (ui.Mood, string) {
	rows, known := l.rows(v)
	if !known {
		return ui.Told, v.Table + " is not counted yet"
	}
	mood, text := ui.Told, v.Table+": "+ui.Plural(rows, "row", "rows")
	if v.Expected != nil && *v.Expected == rows {
		mood, text = ui.Done, text+", as expected"
	}
	if v.Verdict == survey.Unchecked {
		return mood, text + "; not checked yet: " + ui.KeyOf(l.actions(), "check") + " checks"
	}
	return ui.Done, text + "; the checks passed"
}

// modified says what is to be done about a table that others have changed.
func (l *lakeView) modified(v *survey.TableView) string {
	if len(v.Blocking) == 0 {
		return v.Table + " was " + pipeline.ModifiedOutside + ": " + ui.KeyOf(l.actions(), "replace") + " moves its files aside and rebuilds it"
	}
	return v.Blocking[0] + " was " + pipeline.ModifiedOutside + ": " + ui.KeyOf(l.actions(), "replace") + " moves it aside and rebuilds the table"
}

// isEmpty tells whether not one table has a file.
func (a *app) isEmpty() bool {
	for _, t := range a.view.Tables {
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

// greatestLoss names the stage that dropped the most rows.
func (l *lakeView) greatestLoss(t *pipeline.Table, v *survey.TableView) string {
	levels, _ := v.Funnel.Levels(len(t.Transform.Inputs))
	worst, before := levels.GreatestLoss()
	if worst == nil {
		return t.Doc
	}
	return fmt.Sprintf("%s drops %s of %s: %s of %s rows", worst.Name, ui.Percent(-worst.Change, before), levels[0].Name, ui.Count(-worst.Change), ui.Count(before))
}
