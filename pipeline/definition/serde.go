package definition

import (
	"strings"

	"stedi/pipeline"
)

// These SerDes read JSON lines. Their behaviour is documented in
// https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html and
// https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html.
const (
	openX    = "org.openx.data.jsonserde.JsonSerDe"
	hiveJSON = "org.apache.hive.hcatalog.data.JsonSerDe"
)

// serdes are the formats that other SerDes read.
var serdes = []struct{ part, reads string }{
	{"IonHiveSerDe", "Amazon Ion"},
	{"RegexSerDe", "text by a regular expression"},
	{"OpenCSVSerde", "CSV"},
	{"GrokSerDe", "text by a Grok pattern"},
	{"ParquetHiveSerDe", "Parquet"},
	{"OrcSerde", "ORC"},
	{"AvroSerDe", "Avro"},
	{"LazySimpleSerDe", "delimited text"},
	{"LazyBinary", "sequence files"},
	{"ColumnarSerDe", "RC files"},
	{"CloudTrailSerde", "CloudTrail logs"},
	{"XmlSerDe", "XML"},
	{"MultiDelimitSerDe", "delimited text"},
}

func readBy(class string) string {
	for _, s := range serdes {
		if strings.Contains(class, s.part) {
			return s.reads
		}
	}
	return "another format"
}

// serde holds ROW FORMAT SERDE and its properties.
type serde struct {
	class string
	// properties are all of WITH SERDEPROPERTIES, unchanged.
	properties map[string]string
	exact      bool
	dots       bool
	mappings   []mapping
	at         token // of the first property that only OpenX has
	own        string
}

// mapping is 'mapping.COLUMN' = 'KEY'.
type mapping struct {
	at          token
	column, key string
}

// withoutEffect are properties that change no row that is read, regardless of their
// value: what is written, or what only other programs read.
var withoutEffect = map[string]bool{
	"serialization.format": true, "explicit.null": true, "paths": true, "mapping": true,
}

// property stores one of WITH SERDEPROPERTIES.
func (s *serde) property(p *ddlParser, at token, name, value string) {
	if s.properties == nil {
		s.properties = map[string]string{}
	}
	s.properties[name] = value
	folded := strings.ToLower(name)
	ours := true
	switch {
	case strings.HasPrefix(folded, "mapping."):
		s.mappings = append(s.mappings, mapping{at, name[len("mapping."):], value})
	case folded == "case.insensitive":
		s.exact = !isTrue(p, at, name, value, true)
	case folded == "dots.in.keys":
		s.dots = isTrue(p, at, name, value, false)
	default:
		ours = false
		s.other(p, at, name, value)
	}
	if ours && s.own == "" {
		s.at, s.own = at, name
	}
}

func (s *serde) other(p *ddlParser, at token, name, value string) {
	switch folded := strings.ToLower(name); {
	case withoutEffect[folded]:
	case folded == "ignore.malformed.json":
		if isTrue(p, at, name, value, false) {
			p.failAt(at, "'%s' = '%s' turns lines that are not JSON into rows of nulls: delete it, and skip such lines with --max-rejects", name, value)
		}
	case folded == "use.null.for.invalid.data":
		if isTrue(p, at, name, value, false) {
			p.failAt(at, "'%s' = '%s' turns values that do not fit their type into nulls: delete it, and correct the type or skip such lines with --max-rejects", name, value)
		}
	case folded == "timestamp.formats":
		p.failAt(at, "'%s' is not supported: delete it, and write timestamps as 2024-01-31 23:59:59 or as milliseconds since 1970, or declare the column as string", name)
	default:
		p.failAt(at, "the SerDe property '%.80s' is not supported: delete it; known are mapping.COLUMN, case.insensitive, dots.in.keys", name)
	}
}

// isTrue parses a boolean value.
func isTrue(p *ddlParser, at token, name, value string, otherwise bool) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "true":
		return true
	case "false":
		return false
	}
	p.failAt(at, "'%.80s' = '%.40s': write 'TRUE' or 'FALSE'", name, value)
	return otherwise
}

// apply sets how the values of the columns are found.
func (s *serde) apply(p *ddlParser) {
	if s.own != "" && s.class == hiveJSON {
		p.failAt(s.at, "'%s' has no effect with the SerDe %s: delete it, or write ROW FORMAT SERDE '%s'", s.own, hiveJSON, openX)
	}
	columns := p.ddl.columns
	for i := range columns {
		c := &columns[i]
		if c.Partition {
			continue
		}
		c.Exact, c.Dots = s.exact, s.dots
		if s.exact {
			c.Reads = strings.ToLower(c.Name)
		}
	}
	for _, m := range s.mappings {
		s.rename(p, m)
	}
	for i, c := range columns {
		for _, other := range columns[:i] {
			if !c.Partition && !other.Partition && s.clash(c, other) {
				p.failAt(s.at, "the columns %s and %s read the same key: map one of them to another key", other.Name, c.Name)
			}
		}
	}
}

// clash reports whether two columns of different names read the same key.
func (s *serde) clash(a, b pipeline.Column) bool {
	if a.Reads == "" && b.Reads == "" {
		return false
	}
	return keyOf(a) == keyOf(b) || !s.exact && strings.EqualFold(keyOf(a), keyOf(b))
}

func keyOf(c pipeline.Column) string {
	if c.Reads != "" {
		return c.Reads
	}
	return c.Name
}

func (s *serde) rename(p *ddlParser, m mapping) {
	for i := range p.ddl.columns {
		c := &p.ddl.columns[i]
		if strings.EqualFold(c.Name, m.column) && !c.Partition {
			c.Reads = m.key
			return
		}
	}
	if len(p.ddl.columns) > 0 {
		p.failAt(m.at, "'mapping.%.80s' names no column of the table: name one of its columns, or delete it", m.column)
	}
}

// rowProperties are table properties that change which rows are read, or how,
// with the fix. With the value in unless they change nothing.
var rowProperties = []struct{ name, unless, fix string }{
	{"skip.header.line.count", "0", "JSON lines have no header: delete it"},
	{"skip.footer.line.count", "0", "JSON lines have no footer: delete it"},
	{"table_type", "", "Iceberg tables are not supported: delete it, and put JSON lines into the LOCATION"},
	{"projection.enabled", "false", "partitions are found by their folders: delete it"},
	{"storage.location.template", "", "partitions are found by folders such as dt=2024-01-31: delete it, and name the folders so"},
	{"textinputformat.record.delimiter", "", "lines end in a line feed: delete it"},
	{"serialization.null.format", "", "JSON has null: delete it"},
	{"serialization.encoding", "UTF-8", "JSON lines are UTF-8: delete it, and convert the files"},
	{"ignore.malformed.json", "false", "delete it, and skip such lines with --max-rejects"},
	{"use.null.for.invalid.data", "false", "delete it, and correct the column's type or skip such lines with --max-rejects"},
	{"case.insensitive", "true", "move it to WITH SERDEPROPERTIES"},
	{"dots.in.keys", "false", "move it to WITH SERDEPROPERTIES"},
	{"timestamp.formats", "", "delete it, and write timestamps as 2024-01-31 23:59:59"},
}

// tableProperty stores one of TBLPROPERTIES. Properties that do not change the
// rows are passed on to Athena unchanged.
func (p *ddlParser) tableProperty(at token, name, value string) {
	folded := strings.ToLower(name)
	if strings.HasPrefix(folded, "mapping.") {
		p.failAt(at, "the table property '%.80s' changes which rows are read: move it to WITH SERDEPROPERTIES", name)
		return
	}
	for _, r := range rowProperties {
		if r.name == folded && (r.unless == "" || !strings.EqualFold(r.unless, strings.TrimSpace(value))) {
			p.failAt(at, "the table property '%s' = '%.40s' changes which rows are read: %s", name, value, r.fix)
		}
	}
}
