package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// onBuiltLakes are the rivals that leave the lake as it is, so it is built once
// for all their runs.
var onBuiltLakes = []rival{
	{name: checkName, title: "stedi check, at rest", on: unmanaged, command: stedi("check"), absent: noStedi},
	{name: countName, title: "DuckDB counts the rows of the eight tables", on: unmanaged, command: child(scriptCommand, "duckdb_count.sql"), absent: noStedi, says: allCounts},
	{
		name: againName, title: "stedi run, nothing changed", on: built, command: stedi("run"), absent: noStedi,
		says: func(lake) []string { return []string{"Everything is up to date"} },
	},
	{
		name: "stedi-preview-landing", title: "stedi preview accelerometer_landing", on: built, command: stedi("preview", "accelerometer_landing"), absent: noStedi,
		says: counts("accelerometer_landing", thousands),
	},
	{
		name: "stedi-preview", title: "stedi preview machine_learning_curated", on: built, command: stedi("preview", "machine_learning_curated"), absent: noStedi,
		says: counts("machine_learning_curated", thousands),
	},
	{
		name: "stedi-count", title: "stedi query, a count", on: built, absent: noStedi, command: stedi("query", "SELECT COUNT(*) FROM accelerometer_trusted"),
		says: counts("accelerometer_trusted", func(n int64) string { return strconv.FormatInt(n, 10) }),
	},
	{
		name: "stedi-page", title: "stedi query, a page", on: built, command: stedi("query", "SELECT * FROM machine_learning_curated LIMIT 50"), absent: noStedi,
		says: func(lake) []string { return []string{"distancefromobject"} },
	},
}

func counts(table string, format func(int64) string) func(lake) []string {
	return func(l lake) []string { return []string{format(l.expected[table])} }
}

// allCounts are the lines that duckdb_count.sql writes.
func allCounts(l lake) []string {
	var lines []string
	for table, rows := range l.expected {
		lines = append(lines, fmt.Sprintf(`{"of":"%s","n":%d,`, table, rows))
	}
	return lines
}

// prepareLake brings the lake into the state that the next rounds need.
func (b *bench) prepareLake(ctx context.Context, l lake, on state) error {
	if err := l.refresh(b.tables, b.out()); err != nil || on == fresh {
		return err
	}
	if err := b.build(ctx, l); err != nil || on == built {
		return err
	}
	return os.RemoveAll(filepath.Join(l.dir, ".stedi"))
}

// build runs stedi outside of the measurement.
func (b *bench) build(ctx context.Context, l lake) error {
	args, env, err := stedi("run")(&b.options, l.dir, "")
	if err == nil {
		_, err = measure(ctx, b.limit, b.work, args, env)
	}
	return err
}

// withoutOneFile builds the tables without one landing file of the largest
// table, and then puts the file back.
func withoutOneFile(ctx context.Context, b *bench, l lake) (err error) {
	files, err := filepath.Glob(filepath.Join(l.dir, "accelerometer", "landing", "*.json"))
	if err != nil {
		return err
	}
	if len(files) < 2 {
		return errors.New("accelerometer_landing has only one file")
	}
	name, aside := files[len(files)/2], filepath.Join(b.work, "aside.json")
	if err := os.Rename(name, aside); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Rename(aside, name)) }()
	return b.build(ctx, l)
}
