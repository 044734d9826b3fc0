package tui

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
	"stedi/pipeline/report"
	"stedi/tui/ui"
)

// savedMsg brings the result of writing a file.
type savedMsg struct {
	what, name string
	err        error
}

// save writes a file in the background. It does not overwrite an existing file.
func (a *app) save(what, name string, write func(io.Writer) error) tea.Cmd {
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.options.Folder, name)
	}
	export := a.options.Export
	return a.Work.Start(&a.keeping, func(context.Context) tea.Msg {
		return savedMsg{what, name, export(name, write)}
	})
}

func (a *app) saved(msg savedMsg) tea.Cmd {
	if msg.err != nil {
		a.fail("the export of "+msg.what+" failed", pipeline.Fail(pipeline.KindOf(msg.err), "", "Give another name: an existing file is never overwritten.", "%w", msg.err))
		return a.Toast(ui.Failed, msg.what+": export failed: "+a.forDetails())
	}
	return a.Toast(ui.Done, "wrote "+msg.what+" to "+msg.name)
}

// askReport asks for the file of a report about the newest check results.
func (c *checksView) askReport() tea.Cmd { return c.Want(writeReport{c.verdicts()}) }

// askReport asks for a file name. The extension determines the format of the
// report.
func (m *Model) askReport(r *pipeline.Record) tea.Cmd {
	name := "stedi-report"
	if r.Run != "" {
		name = "stedi-" + r.Run
	}
	return m.Ask(&ui.Prompt{Label: "report as .md, .json or .xml (JUnit):", Done: func(name string) tea.Cmd {
		text, err := reportAs(name, r)
		if err != nil {
			return m.Toast(ui.Failed, err.Error())
		}
		return m.save("the report", name, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}}, name+".md")
}

func reportAs(name string, r *pipeline.Record) ([]byte, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".md":
		return report.Summary(r), nil
	case ".xml":
		return report.JUnit(r), nil
	case ".json":
		text, err := json.MarshalIndent(r, "", "  ")
		return append(text, '\n'), err
	default:
		return nil, errors.New("the name must end in .md, .json or .xml")
	}
}
