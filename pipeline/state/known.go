package state

import (
	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Known is what a run has found out about the lake.
type Known struct {
	Landing   map[string]LandingState
	Manifests map[string]*pipeline.Manifest // tables that transforms make; nil: not there
}

// Content returns what an input holds, if that can be told without reading it.
func (k Known) Content(t *pipeline.Table) (ndjson.Hash, bool) {
	m := k.Manifests[t.Name]
	if t.IsLanding() {
		m = k.Landing[t.Name].Manifest
	}
	if m == nil {
		return ndjson.Hash{}, false
	}
	return m.Hash, true
}

// Outdated says why a table is not what its transform would make of its
// inputs as they are now, or "".
func (k Known) Outdated(lake *pipeline.Lake, t *pipeline.Table) string {
	m := k.Manifests[t.Name]
	if m == nil {
		return "new"
	}
	if m.SQL != t.Transform.SQL {
		return "its SQL has changed"
	}
	for _, name := range t.Transform.Inputs {
		if hash, ok := k.Content(lake.Table(name)); !ok || hash != m.Inputs[name] {
			return name + " has changed"
		}
	}
	return ""
}

// Stale says, by table, what is older than what it is made from, directly or
// further up.
func (k Known) Stale(lake *pipeline.Lake) map[string]string {
	stale := map[string]string{}
	for _, t := range lake.Tables {
		if t.IsLanding() || k.Manifests[t.Name] == nil {
			continue
		}
		if why := k.Outdated(lake, t); why != "" {
			stale[t.Name] = why
			continue
		}
		for _, name := range t.Transform.Inputs {
			if _, ok := stale[name]; ok {
				stale[t.Name] = name + " is stale"
			}
		}
	}
	return stale
}

// Manifest is what is known of a table, or nil.
func (k Known) Manifest(t *pipeline.Table) *pipeline.Manifest {
	if t.IsLanding() {
		return k.Landing[t.Name].Manifest
	}
	return k.Manifests[t.Name]
}
