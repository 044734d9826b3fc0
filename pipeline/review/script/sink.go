package script

import "strings"

func (e *evaluator) sink(s *Sink) {
	if s.Name == "" {
		s.Name = e.studioName(e.line)
	}
	if len(e.sinks) < maxGraph {
		e.sinks = append(e.sinks, s)
	}
}

func (e *evaluator) getSink(a *callArgs) value {
	s := &Sink{Line: a.line, API: "getSink", Input: -1, Options: options(a, "transformation_ctx", "path")}
	s.Path = a.text("path", -1)
	e.sink(s)
	return sinkRef{s}
}

func (e *evaluator) sinkMethod(of sinkRef, attr string, a *callArgs) value {
	switch attr {
	case "setCatalogInfo":
		of.sink.Database, of.sink.Table = a.text("catalogDatabase", 0), a.text("catalogTableName", 1)
	case "setFormat":
		of.sink.Format = a.text("format", 0)
	case "writeFrame", "write":
		of.sink.Input = e.asFrame(a.arg("dynamic_frame", 0), a.line)
	}
	return of
}

func (e *evaluator) writeOptions(a *callArgs) value {
	s := &Sink{Line: a.line, API: "write_dynamic_frame.from_options", Format: a.text("format", 3), Options: options(a, "frame", "frame_or_dfc", "transformation_ctx", "format")}
	s.Path = pathOf(a.arg("connection_options", 2))
	in := a.arg("frame_or_dfc", -1) // of write_from_options
	if in == nil {
		in = a.arg("frame", 0)
	}
	s.Input = e.asFrame(in, a.line)
	e.sink(s)
	return unknown{"sink"}
}

func (e *evaluator) writeCatalog(a *callArgs) value {
	s := &Sink{Line: a.line, API: "write_dynamic_frame.from_catalog", Options: options(a, "frame", "transformation_ctx")}
	s.Database, s.Table = a.text("database", 1), a.text("table_name", 2)
	s.Path = pathOf(a.arg("additional_options", -1))
	s.Input = e.asFrame(a.arg("frame", 0), a.line)
	e.sink(s)
	return unknown{"sink"}
}

// writerMethod is a method of df.write.
func (e *evaluator) writerMethod(w writer, attr string, a *callArgs) value { //nolint:cyclop // one case for each method
	if v := a.arg("mode", -1); v != nil {
		w.mode, _ = plain(v)
	}
	switch attr {
	case "mode":
		w.mode = a.text("saveMode", 0)
		return w
	case "format":
		w.options = append(append([]Option{}, w.options...), Option{"format", a.text("source", 0), a.line, ""})
		return w
	case "option":
		w.options = append(append([]Option{}, w.options...), Option{a.text("key", 0), a.text("value", 1), a.line, "option"})
		return w
	case "partitionBy", "options", "bucketBy", "sortBy":
		w.options = append(append([]Option{}, w.options...), options(a)...)
		return w
	}
	s := &Sink{Line: a.line, API: "df.write", Input: w.in, Mode: strings.ToLower(w.mode), Options: append(w.options, options(a, "path", "mode")...), Format: attr}
	if s.Input < 0 {
		s.Input = e.asFrame(unknown{w.of}, a.line)
	}
	if f, ok := findOption(s.Options, "format"); ok && (attr == "save" || attr == "saveAsTable") {
		s.Format = f.Value
	}
	if p, ok := findOption(s.Options, "path"); ok {
		s.Path = p.Value
	}
	switch attr {
	case "json", "parquet", "csv", "orc", "save":
		if p := a.text("path", 0); p != "" {
			s.Path = p
		}
	case "saveAsTable", "insertInto":
		s.API = "df.write." + attr
		n := a.text("name", 0)
		s.Table = n
		if db, t, ok := strings.Cut(n, "."); ok {
			s.Database, s.Table = db, strings.Trim(t, "`")
		}
	default:
		e.problem(a.line, "df.write."+attr+" is not understood")
		return unknown{attr}
	}
	if s.Format == "save" || s.Format == "saveAsTable" || s.Format == "insertInto" {
		s.Format = "parquet"
	}
	e.upsert(s)
	e.sink(s)
	return none{}
}

// upsert is what Hudi does when it writes: of the rows with the same key it keeps
// one.
func (e *evaluator) upsert(s *Sink) {
	keys, ok := findOption(s.Options, "hoodie.datasource.write.recordkey.field")
	operation, _ := findOption(s.Options, "hoodie.datasource.write.operation")
	if s.Format != "hudi" && s.Format != "org.apache.hudi" || !ok || strings.Contains(operation.Value, "insert") {
		return
	}
	n := Node{Kind: DropDuplicates, Line: s.Line, API: "Hudi's upsert", Inputs: []int{s.Input}}
	for k := range strings.SplitSeq(keys.Value, ",") {
		n.Columns = append(n.Columns, strings.TrimSpace(k))
	}
	s.Input = e.node(n)
	if t, ok := findOption(s.Options, "hoodie.datasource.hive_sync.table"); ok && s.Table == "" {
		s.Table = t.Value
	}
}
