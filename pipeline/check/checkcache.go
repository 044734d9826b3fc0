package check

import (
	"fmt"
	"io"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// Cache stores check results, so that a run with nothing to do need not read
// the tables to confirm that they are valid.
type Cache map[string]Cached

// CacheName is the name of the cache file in a lake.
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

// keyOf returns a key of everything that a check depends on: its SQL text, and
// the columns and the content of the tables that it reads. The key is unknown if one of these
// tables was never read.
func (i *Inspection) keyOf(c *pipeline.Check) (key pipeline.Hash, known bool) {
	h := ndjson.NewHasher()
	_, _ = io.WriteString(h, c.SQL) // a hasher never fails
	for _, name := range append([]string{c.Table}, c.Inputs...) {
		t := i.Lake.Table(name)
		for _, c := range t.Columns {
			_, _ = fmt.Fprintf(h, "%q %q %t\n", c.Name, c.Type.String(), c.Partition)
		}
		content, ok := i.Content(t)
		if !ok {
			return key, false
		}
		_, _ = h.Write(content[:])
	}
	return h.Sum(), true
}
