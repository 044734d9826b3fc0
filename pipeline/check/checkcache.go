package check

import (
	"io"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Cache remembers what checks found, so that a run with nothing to do
// need not read the tables to say that they are right.
type Cache map[string]Cached

// CacheName is where a lake keeps the cache.
const CacheName = pipeline.StateFolder + "/cache/checks.json"

// Cached is the result of one check, and the key of everything that it read.
type Cached struct {
	Key    pipeline.Hash        `json:"key"`
	Record pipeline.CheckRecord `json:"record"`
}

func (c Cache) get(check *pipeline.Check, key pipeline.Hash) (pipeline.CheckRecord, bool) {
	cached, ok := c[check.Name]
	return cached.Record, ok && cached.Key == key
}

// keyOf stands for all that a check depends on: its text, and what is in the
// tables that it reads. It is not known if one of them was not read before.
func (i *Inspection) keyOf(c *pipeline.Check) (key pipeline.Hash, known bool) {
	h := ndjson.NewHasher()
	_, _ = io.WriteString(h, c.SQL) // a hasher never fails
	for _, name := range append([]string{c.Table}, c.Inputs...) {
		content, ok := i.Content(i.Lake.Table(name))
		if !ok {
			return key, false
		}
		_, _ = h.Write(content[:])
	}
	return h.Sum(), true
}
