package survey

import (
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/state"
)

// Observation is a lake as someone finds it who changes nothing.
type Observation struct {
	state.Known
	Files   map[string][]pipeline.File // of each table, managed or not
	strange []string                   // those in the zones that are not as we left them
	made    map[string]string          // by table: the run that built the version we left
}

// Observe takes what was found for what it is: of a table that somebody else
// another program changed.
func Observe(found *Survey, lake *pipeline.Lake) *Observation {
	o := &Observation{Known: found.Known, strange: found.Strange, Files: found.files, made: found.made}
	for _, t := range lake.Tables {
		if len(o.Strangers(t)) > 0 {
			o.Manifests[t.Name] = nil
		}
	}
	return o
}

// Strangers are the files of a table that are not as we left them.
func (o *Observation) Strangers(t *pipeline.Table) []string {
	var names []string
	for _, name := range o.strange {
		if strings.HasPrefix(name, t.Path+"/") {
			names = append(names, name)
		}
	}
	return names
}

// view describes a table as it was found.
func (o *Observation) view(t *pipeline.Table, unread map[string]bool) TableView {
	files := o.Files[t.Name]
	v := TableView{}
	v.TableRecord = pipeline.TableRecord{
		Table: t.Name, Zone: t.Zone, Files: len(files), Bytes: pipeline.Size(files), Missing: len(files) == 0, Origin: o.Origin(t), Notes: []string{},
	}
	if v.Origin == pipeline.Modified {
		v.Strange = o.Strangers(t)
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

// Origin says who built the files of a table. Without a version of its own to
// compare them with, stedi never built it.
func (o *Observation) Origin(t *pipeline.Table) pipeline.Origin {
	switch {
	case t.IsLanding() || len(o.Files[t.Name]) == 0 && o.Manifests[t.Name] == nil:
		return ""
	case o.made[t.Name] == "":
		return pipeline.Unmanaged
	case len(o.Strangers(t)) > 0 || o.Manifests[t.Name] == nil:
		return pipeline.Modified
	default:
		return pipeline.Managed
	}
}
