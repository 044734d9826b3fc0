package replay

import (
	"regexp"
	"strings"

	"stedi/pipeline/printable"
	"stedi/pipeline/review/script"
)

// source resolves what a script reads.
func (p *replaying) source(i, index int, own bool) (*relation, error) {
	s := &p.scripts[i].Sources[index]
	a := p.roles[i].Reads[index]
	if badLocation.MatchString(s.Path) {
		return nil, fails(s.Line, "%s", badPath(s.Path))
	}
	frames := !strings.HasPrefix(s.API, "create_dynamic_frame.") // of Spark: nulls are explicit
	name := a.Table
	if name != "" {
		if t := p.r.lake.Table(name); t.IsLanding() || !own {
			return p.read(p.table(name), s, frames), nil
		}
	} else {
		name = key(s.Location)
		if !p.writes(name) {
			return nil, unsupported(s.Line, "which table lies at %s is not known", a.Where)
		}
	}
	r, err := p.output(name, own)
	if err != nil {
		return nil, err
	}
	if err := p.otherFormat(name, s); err != nil {
		return nil, err
	}
	return p.read(r, s, frames), nil
}

// formats are the kinds of files that no reader of another kind can read.
var formats = map[string]string{"json": "JSON", "parquet": "Parquet", "glueparquet": "Parquet", "orc": "ORC", "delta": "Delta", "hudi": "Hudi"}

// otherFormat is the failure of a source that reads files of another format than
// the script that wrote them.
func (p *replaying) otherFormat(name string, s *script.Source) error {
	reads := formats[strings.ToLower(s.Format)]
	if reads == "" || s.Path == "" {
		return nil
	}
	for _, w := range p.writers(name) {
		sink := &p.scripts[w.index].Sinks[w.Sink]
		wrote := formats[strings.ToLower(sink.Format)]
		if sink.Path == "" || key(sink.Location) != key(s.Location) {
			continue
		}
		if wrote == "" || wrote == reads || (wrote == "Delta" || wrote == "Hudi") && reads == "Parquet" {
			return nil
		}
		return fails(s.Line, "%s is written by %s as %s, and read as %s", name, w.Script, wrote, reads)
	}
	return nil
}

// read is a relation as a source gives it. The catalog has all names in lower
// case.
func (p *replaying) read(r *relation, s *script.Source, nulls bool) *relation {
	out := p.fresh(r)
	out.nulls = nulls
	if s.Catalog() {
		for i := range out.cols {
			out.cols[i].name = strings.ToLower(out.cols[i].name)
		}
	}
	return out
}

// badLocation is a location that means S3 and is none: Spark takes it for a path
// of the cluster's own file system, which has no such files.
var badLocation = regexp.MustCompile(`^\s*[sS]3[anAN]?(?::/?[^/]|//?[^/]|:///)`)

func badPath(location string) string {
	return printable.Head(location, 80) + " is not an S3 location: write s3://"
}
