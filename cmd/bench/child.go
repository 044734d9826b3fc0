package main

import (
	"context"
	"database/sql"
	"io"
	"os"

	"github.com/duckdb/duckdb-go/v2" // the DuckDB that stedi is built with

	"stedi/cmd/bench/floor"
)

// The first arguments of child processes of this program:
// bench duckdb-script SCRIPT runs a script in DuckDB, so that it uses the same
// DuckDB as stedi; bench floor LAKE OUT does the job by hand.
const (
	scriptCommand = "duckdb-script"
	floorCommand  = "floor"
)

// child returns the command of a child process.
func child(command, file string, parts ...part) func(*options, string, string) ([]string, []string, error) {
	return func(o *options, lake, out string) ([]string, []string, error) {
		self, err := os.Executable()
		if err != nil || command == floorCommand {
			return []string{self, command, lake, out}, nil, err
		}
		script, err := o.compose(file, lake, out, parts...)
		return []string{self, command, script}, nil, err
	}
}

// beChild does the work of a child process if args ask for it, and reports
// whether they do.
func beChild(args []string, stderr io.Writer) (code int, ok bool) {
	var err error
	switch {
	case len(args) == 3 && args[1] == scriptCommand:
		err = runScript(context.Background(), args[2])
	case len(args) == 4 && args[1] == floorCommand:
		err = floor.Run(args[2], args[3])
	default:
		return 0, false
	}
	if err != nil {
		narrator{stderr}.say("%v", err)
		return exitFailed, true
	}
	return exitDone, true
}

// runScript runs a script. It does not close the database, because freeing its
// memory would cost the rival time.
func runScript(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	connector, err := duckdb.NewConnector("?autoinstall_known_extensions=false&autoload_known_extensions=false", nil)
	if err != nil {
		return err
	}
	_, err = sql.OpenDB(connector).ExecContext(ctx, string(text))
	return err
}
