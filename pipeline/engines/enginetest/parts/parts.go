// Package parts is an engine for tests: it shows how to add one. It runs
// transforms in its own DuckDB and writes the rows as Spark does: as several
// part files beside files that are not data, with keys in another case and
// without null keys. It computes no hashes and keeps no rows. The shipped
// program does not contain it.
package parts

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/engines/registry"
)

// Name is the engine's name.
const Name = "parts"

var capabilities = pipeline.Capabilities{InPlace: true, Parts: true}

// Entry describes the engine.
func Entry() registry.Entry {
	flags := pflag.NewFlagSet(Name, pflag.ContinueOnError)
	count := flags.Int("part-count", 3, "part files that the engine leaves")
	return registry.Entry{
		Name: Name, Label: "Parts", Help: "for tests", Capabilities: capabilities, Flags: flags,
		Open: func(ctx context.Context, env *registry.Env) (pipeline.Engine, error) {
			if env.InS3() {
				return nil, pipeline.Fail(pipeline.BadUsage, "", "", "the engine %s works on local lakes", Name)
			}
			work, err := duckdb.Open(ctx, duckdb.Options{Temp: filepath.Join(env.Temp, Name), Threads: 1})
			if err != nil {
				return nil, err
			}
			env.Defer(work.Close)
			return &Engine{env.Embedded, work, env, *count}, nil
		},
	}
}

// Engine delegates its checks to the embedded engine.
type Engine struct {
	pipeline.Checker

	work  *duckdb.Engine
	env   *registry.Env
	count int
}

var _ pipeline.Engine = (*Engine)(nil)

// Name is the engine's name.
func (e *Engine) Name() string { return Name }

// Capabilities returns the engine's capabilities.
func (e *Engine) Capabilities() pipeline.Capabilities { return capabilities }

// Spent returns zero.
func (e *Engine) Spent() pipeline.Spending { return pipeline.Spending{} }

// Release does nothing: no process of the engine outlives Run.
func (e *Engine) Release(context.Context, *pipeline.Table, pipeline.Target) error { return nil }

// Run writes the rows into part files.
func (e *Engine) Run(ctx context.Context, job pipeline.Job, progress func(pipeline.Progress)) (pipeline.Result, error) {
	var rows bytes.Buffer
	inner := pipeline.Job{Table: job.Table, Output: pipeline.Output{Stream: &rows}, Log: job.Log}
	for _, input := range job.Inputs {
		if input.Files != nil {
			return pipeline.Result{}, fmt.Errorf("%s: files for an engine that reads in place", input.Table.Name)
		}
		tables, err := e.env.Store.List(ctx, input.Table.Path)
		if err != nil {
			return pipeline.Result{}, err
		}
		listed := map[string]pipeline.Listing{input.Table.Name: {Files: tables}}
		found, err := pipeline.FetchTables(ctx, e.env.Store, e.env.Lake, listed, input.Table.Name)
		if err != nil {
			return pipeline.Result{}, err
		}
		inner.Inputs = append(inner.Inputs, found[input.Table.Name])
	}
	target := job.Output.Folder
	if err := target.Begun("parts of " + job.Table.Name); err != nil {
		return pipeline.Result{}, err
	}
	job.Say("%d part files go to %s", e.count, target.Folder)
	result, err := e.work.Run(ctx, inner, progress)
	if err != nil {
		return result, err
	}
	for name, report := range result.Reports {
		if len(report.Rejects) > 0 {
			return result, pipeline.Fail(pipeline.BadData, name, "Fix the line.", "%s", report.Rejects[0])
		}
	}
	result.Reports = nil
	return result, e.write(filepath.Join(e.env.Root, filepath.FromSlash(target.Folder)), rows.String())
}

// write distributes the lines over the parts.
func (e *Engine) write(folder, text string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	parts := make([]bytes.Buffer, e.count)
	i := 0
	for line := range strings.Lines(text) {
		var row map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			return err
		}
		other := map[string]json.RawMessage{}
		for key, value := range row {
			if string(value) != "null" {
				other[strings.ToUpper(key)] = value
			}
		}
		encoded, err := json.Marshal(other)
		if err != nil {
			return err
		}
		_, _ = parts[i%e.count].Write(append(encoded, '\n'))
		i++
	}
	errs := []error{
		os.WriteFile(filepath.Join(folder, "_SUCCESS"), nil, 0o600),
		os.WriteFile(filepath.Join(folder, ".part-00000.crc"), []byte("crc"), 0o600),
	}
	for i := range parts {
		errs = append(errs, writePart(filepath.Join(folder, fmt.Sprintf("part-%05d.json", i)), parts[i].Bytes(), i == 0))
	}
	return errors.Join(errs...)
}

// writePart writes a part, compressed if pack is set.
func writePart(name string, text []byte, pack bool) error {
	if !pack {
		return os.WriteFile(name, text, 0o600)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(text)
	return errors.Join(err, z.Close(), os.WriteFile(name+".gz", packed.Bytes(), 0o600))
}
