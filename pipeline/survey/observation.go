package survey

import (
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// Observation is the state of a lake for readers that change nothing.
type Observation struct {
	state.Known
	Files    map[string][]pipeline.File // of each table, managed or not
	blocking []string                   // unmanaged and modified files in the zones
	built    map[string]string          // by table: the run that built the version that stedi published
}

// Observe returns a survey for readers. A table with unmanaged or modified files
// has no manifest there: its count and its funnel are not those of its files.
func Observe(found *Survey, lake *pipeline.Lake) *Observation {
	o := &Observation{Known: found.Known, blocking: found.Blocking, Files: found.files, built: found.built}
	for _, t := range lake.Tables {
		if len(o.Blocking(t)) > 0 {
			o.Manifests[t.Name] = nil
		}
	}
	return o
}

// Blocking returns the unmanaged and modified files of a table.
func (o *Observation) Blocking(t *pipeline.Table) []string {
	var names []string
	for _, name := range o.blocking {
		if strings.HasPrefix(name, t.Path+"/") {
			names = append(names, name)
		}
	}
	return names
}

// view returns the survey's description of a table.
func (o *Observation) view(t *pipeline.Table, unread map[string]bool) TableView {
	files := o.Files[t.Name]
	v := TableView{}
	v.TableRecord = pipeline.TableRecord{
		Table: t.Name, Zone: t.Zone, Files: len(files), Bytes: pipeline.Size(files), Missing: len(files) == 0, Origin: o.Origin(t), Notes: []string{},
	}
	if v.Origin == pipeline.Modified {
		v.Blocking = o.Blocking(t)
	}
	for _, f := range files {
		if f.ModTime.After(v.Changed) {
			v.Changed = f.ModTime
		}
	}
	m := o.Manifest(t)
	if m == nil {
		return v
	}
	v.Run, v.Funnel, v.Columns = m.Run, m.Funnel, pipeline.ColumnsOf(t, m)
	v.Known = !slices.ContainsFunc(files, func(f pipeline.File) bool { return unread[f.Name] })
	if v.Known {
		v.Rows, v.Rejected, v.RejectedBytes, v.Uncounted = m.Rows, m.Rejected, m.RejectedBytes, m.Uncounted
		v.Skip(o.Landing[t.Name].Skipped)
		v.Notes = append(v.Notes, m.Notes...)
	}
	return v
}

// Origin says who built the files of a table. If no manifest of it was found,
// stedi never built it.
func (o *Observation) Origin(t *pipeline.Table) pipeline.Origin {
	switch {
	case t.IsLanding() || len(o.Files[t.Name]) == 0 && o.Manifests[t.Name] == nil:
		return ""
	case o.built[t.Name] == "":
		return pipeline.Unmanaged
	case len(o.Blocking(t)) > 0 || o.Manifests[t.Name] == nil:
		return pipeline.Modified
	default:
		return pipeline.Managed
	}
}
