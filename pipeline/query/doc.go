// Package query answers read-only SQL over the tables of a lake. It checks a
// query before the query runs, and runs it in a process without permissions to
// do harm.
//
// A caller opens a Querier on the available tables and the one directory that
// may be read, then queries and reads the rows page by page:
//
//	q := query.Open(lake, inputs, root, query.Options{})
//	defer q.Close()
//	rows, err := q.Query(ctx, "SELECT c.email FROM customer_trusted AS c")
//	if err != nil {
//		return err // a *pipeline.Failure: what failed, where, and the fix
//	}
//	defer rows.Close()
//	for {
//		page, err := rows.Next(ctx)
//		if errors.Is(err, io.EOF) {
//			break
//		}
//		…
//	}
//
// There are two independent defences, and tests attack each of them alone. The
// gate (gate.go) parses the text with DuckDB's own parser, which runs nothing.
// It allows exactly one SELECT that names tables of the lake and functions
// known to be pure. The child (child.go) is a process of the same binary that
// runs the query: it may only read below the directory, DuckDB's own file and
// network access is disabled and locked, and the parent kills it at its limit
// of memory or time. The child is reused for the next query.
//
// The main function must start the child before it parses its arguments:
//
//	if query.IsChild(os.Args[1:]) {
//		os.Exit(query.ChildMain(context.Background(), os.Stdin, os.Stdout))
//	}
package query
