package main

import (
	"context"
	"database/sql"
	"io"
	"os"
	"strings"

	"github.com/duckdb/duckdb-go/v2" // the DuckDB that stedi is built with
)

// childCommand is the first argument of a child process that runs one script in
// DuckDB: bench duckdb-script SCRIPT LAKE OUT.
const childCommand = "duckdb-script"

// child runs the script of a DuckDB rival if args ask for it, and reports
// whether they do. It does not close the database, because freeing its memory
// would cost the rival time.
func child(args []string, stderr io.Writer) (code int, ok bool) {
	if len(args) != 5 || args[1] != childCommand {
		return 0, false
	}
	if err := runScript(context.Background(), args[2], args[3], args[4]); err != nil {
		narrator{stderr}.say("%v", err)
		return exitFailed, true
	}
	return exitDone, true
}

func runScript(ctx context.Context, file, lake, out string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	connector, err := duckdb.NewConnector("?autoinstall_known_extensions=false&autoload_known_extensions=false", nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	quoted := strings.NewReplacer("'", "''")
	script := strings.NewReplacer("${lake}", quoted.Replace(lake), "${out}", quoted.Replace(out)).Replace(string(text))
	_, err = db.ExecContext(ctx, script)
	return err
}
