package check

import (
	"fmt"
	"regexp"
	"strings"

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

// cacheFormat is part of every key. Raise it if an engine evaluates checks
// differently, so that older results are not used.
const cacheFormat = 2

// changing are the names by which SQL reads something other than tables, such as
// the clock. The result of a check with such a name is never cached.
var changing = regexp.MustCompile(`(?i)\b(` +
	`now|today|current_\w+|localtime|localtimestamp|get_current_\w+|getdate|transaction_timestamp|current|age|` +
	`random|setseed|uuid|uuidv\w+|gen_random_uuid|nextval|currval|txid_current|getvariable|getenv|version|` +
	`timestamptz|time\s+zone|to_timestamp|make_timestamptz|timezone\w*|` +
	`pg_\w+|in_search_path|write_log|parse_duckdb_log_message|error|sleep_ms|stats|user|session_user|tablesample|sample` +
	`)\b`)

var (
	commentLine   = regexp.MustCompile(`(?m)^\s*--.*$`)
	qualifiedName = regexp.MustCompile(`[\w"]\s*\.\s*"?\w+"?(\s*\()?`)
)

// Repeats reports whether a SELECT gives the same rows for the same tables at any
// time. A column with a qualifier may have any name.
func Repeats(sql string) bool {
	text := qualifiedName.ReplaceAllStringFunc(commentLine.ReplaceAllString(sql, ""), func(name string) string {
		if strings.HasSuffix(name, "(") {
			return name // a function with a schema
		}
		return ""
	})
	return !changing.MatchString(text)
}

// keyOf returns a key of everything that a check depends on: the engine, the
// check itself with its severity and its text, and the columns and the content
// of the tables that it reads. The key is unknown if one of these tables was
// never read, or if the check reads more than tables.
func (i *Inspection) keyOf(c *pipeline.Check) (key pipeline.Hash, known bool) {
	if !Repeats(c.SQL) {
		return key, false
	}
	h := ndjson.NewHasher()
	// A hasher never fails.
	_, _ = fmt.Fprintf(h, "%d %q %q %q %t %t %q %q %q %t\n", cacheFormat, i.Engine.Name(), c.Name, c.Table, c.Warning, c.Guard, c.Doc, c.Forbidden, c.SQL, c.Messages)
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

// isCached reports whether the result of a check is cached.
func (i *Inspection) isCached(c *pipeline.Check) bool {
	key, known := i.keyOf(c)
	_, ok := i.remembered(c, key)
	return known && ok
}

// trust takes over the report on a table that has not changed since stedi read
// or wrote it, and reports whether there is one: if all of its lines were rows
// of the table as it is defined now.
func (i *Inspection) trust(t *pipeline.Table) bool {
	m := i.Manifest(t)
	if m == nil || !i.Engine.Capabilities().Hashes || m.Shape != pipeline.ShapeOf(t) || m.Rejected > 0 || m.Uncounted > 0 || m.RejectedBytes > 0 {
		return false
	}
	report := ndjson.Report{Rows: m.Rows, Bytes: m.Bytes}
	for _, f := range m.Files {
		report.Files = append(report.Files, ndjson.FileReport{Name: f.Name, Size: f.Size, Hash: f.Hash, Rows: f.Rows})
	}
	for _, text := range m.Notes {
		report.Notes = append(report.Notes, ndjson.Note{Text: text})
	}
	i.Reports[t.Name] = report
	return true
}
