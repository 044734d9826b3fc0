package pipeline

import (
	"io"

	"stedi/pipeline/ndjson"
)

// checkCache remembers what checks found, so that a run with nothing to do
// need not read the tables to say that they are right.
type checkCache map[string]cachedCheck

const checkCacheName = stateFolder + "/cache/checks.json"

type cachedCheck struct {
	Key    Hash        `json:"key"`
	Record CheckRecord `json:"record"`
}

func (c checkCache) get(check *Check, key Hash) (CheckRecord, bool) {
	cached, ok := c[check.Name]
	return cached.Record, ok && cached.Key == key
}

// keyOf stands for all that a check depends on: its text, and what is in the
// tables that it reads. It is not known if one of them was not read before.
func (i *inspection) keyOf(c *Check) (key Hash, known bool) {
	h := ndjson.NewHasher()
	_, _ = io.WriteString(h, c.SQL) // a hasher never fails
	for _, name := range append([]string{c.Table}, c.Inputs...) {
		content, ok := i.content(i.lake.Table(name))
		if !ok {
			return key, false
		}
		_, _ = h.Write(content[:])
	}
	return h.Sum(), true
}
