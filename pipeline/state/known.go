package state

import (
	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Known is what a run knows about the lake.
type Known struct {
	Landing   map[string]LandingState
	Manifests map[string]*pipeline.Manifest // of derived tables; nil: no such table
}

// Content returns the hash of an input's content, if it is known without
// reading the input.
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

// Outdated returns why a table differs from what its transform would build from
// its current inputs, or "".
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

// Stale returns, by table, why a table is older than its direct or indirect
// upstream tables.
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

// Manifest returns the manifest of a table, or nil.
func (k Known) Manifest(t *pipeline.Table) *pipeline.Manifest {
	if t.IsLanding() {
		return k.Landing[t.Name].Manifest
	}
	return k.Manifests[t.Name]
}
