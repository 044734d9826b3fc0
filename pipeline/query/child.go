package query

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/frames"
)

// childArgument is the argument that starts the program as the child.
const childArgument = "query-child"

// IsChild reports whether the arguments, without the program's name, start the
// query process.
func IsChild(args []string) bool { return len(args) == 1 && args[0] == childArgument }

// ChildMain answers queries until stdin ends, and returns the exit status. It
// confines the whole process permanently.
func ChildMain(ctx context.Context, stdin io.Reader, stdout io.Writer) int {
	in := bufio.NewReader(stdin)
	first, err := frames.Read(in)
	if err != nil {
		return 1
	}
	w := &worker{out: stdout}
	if err := w.begin(ctx, first); err != nil {
		_ = w.fault(err) // the parent detects the exit even if this fails
		return 1
	}
	overtime, stop := notifyOvertime()
	defer stop()
	questions := make(chan frames.Frame)
	broken := make(chan struct{})
	go func() {
		defer close(broken)
		w.work(ctx, questions)
	}()
	// The parent may exit during a long query in DuckDB. The child then exits
	// without waiting for the query.
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			f, err := frames.Read(in)
			if err != nil {
				return
			}
			if f.Kind == kindStop {
				w.interrupt()
			}
			select {
			case questions <- f:
			case <-broken:
				return
			}
		}
	}()
	select {
	case <-gone:
		return 0
	case <-broken:
	case <-overtime:
	case <-ctx.Done():
	}
	return 1
}

// worker answers one question at a time.
type worker struct {
	out     io.Writer
	sealed  *duckdb.Sealed
	parsed  *duckdb.Parsed // by the last kindParse: the only text that kindQuery runs
	cursor  *duckdb.Cursor
	guard   guard
	threads int
}

// begin shuts the process in, then opens the engine: what threads DuckDB
// starts are born confined.
func (w *worker) begin(ctx context.Context, f frames.Frame) error {
	var init initMessage
	if err := f.Decode(kindInit, &init); err != nil {
		return err
	}
	// DuckDB gets most of the memory. Go and the memory that DuckDB does not
	// count share the rest.
	debug.SetMemoryLimit(init.Memory / 4)
	confined, err := confine(init.Root, init.Also...)
	if err != nil {
		return err
	}
	if w.sealed, err = duckdb.OpenSealed(ctx, init.Memory/8*5, init.Threads); err != nil {
		return err
	}
	if err := seal(init.Root, init.Also...); err != nil {
		return err
	}
	w.threads = init.Threads
	return w.say(kindReady, readyMessage{confined})
}

// work ends when an answer cannot be written.
func (w *worker) work(ctx context.Context, questions <-chan frames.Frame) {
	for f := range questions {
		callCtx, end := w.guard.begin(ctx, f.Kind == kindStop)
		err := w.answer(callCtx, f)
		end()
		if err != nil {
			if err = w.fault(err); err != nil {
				return
			}
		}
	}
}

// interrupt cancels the current question.
func (w *worker) interrupt() { w.guard.cancel() }

func (w *worker) answer(ctx context.Context, f frames.Frame) error {
	switch f.Kind {
	case kindTables:
		return w.tables(ctx, f)
	case kindParse:
		var m parseMessage
		if err := f.Decode(kindParse, &m); err != nil {
			return err
		}
		parsed, err := w.sealed.Parse(ctx, m.SQL)
		if err != nil {
			w.parsed = nil
			return duckdb.ParseFault(err.Error())
		}
		w.parsed = parsed
		return frames.Write(w.out, kindTree, []byte(parsed.Tree))
	case kindQuery:
		return w.query(ctx, f)
	case kindNext:
		return w.next(ctx, f)
	case kindStop:
		w.close(ctx)
		return w.say(kindDone, struct{}{})
	default:
		return errors.New("unknown request type")
	}
}

func (w *worker) close(ctx context.Context) {
	if w.cursor != nil {
		w.cursor.Close(ctx)
		w.cursor = nil
	}
}

func (w *worker) tables(ctx context.Context, f frames.Frame) error {
	var m tablesMessage
	if err := f.Decode(kindTables, &m); err != nil {
		return err
	}
	w.close(ctx)
	inputs := make([]pipeline.Input, len(m.Tables))
	for i, t := range m.Tables {
		inputs[i] = t.input()
	}
	if err := w.sealed.SetTables(ctx, inputs); err != nil {
		return err
	}
	return w.say(kindDone, struct{}{})
}

func (w *worker) query(ctx context.Context, f frames.Frame) error {
	var m queryMessage
	if err := f.Decode(kindQuery, &m); err != nil {
		return err
	}
	parsed := w.parsed
	if w.parsed = nil; parsed == nil {
		return errors.New("a query without a parsed text")
	}
	w.close(ctx)
	if err := limitCPU(m.Timeout * time.Duration(w.threads)); err != nil {
		return err
	}
	ask := w.sealed.Query
	switch m.As {
	case wantRows:
	case wantPlan:
		ask = w.sealed.Explain
	case wantMeasured:
		ask = w.sealed.Measure
	}
	cursor, err := ask(ctx, parsed, m.Tables, m.Allow)
	if err != nil {
		return err
	}
	w.cursor = cursor
	return w.say(kindColumns, cursor.Columns())
}

func (w *worker) next(ctx context.Context, f frames.Frame) error {
	var m nextMessage
	if err := f.Decode(kindNext, &m); err != nil {
		return err
	}
	if w.cursor == nil {
		return errors.New("rows requested without a query")
	}
	rows, err := w.cursor.Next(ctx, m.Rows, m.Bytes)
	if errors.Is(err, io.EOF) {
		left, err := w.cursor.Finish(ctx)
		w.cursor = nil
		if err != nil {
			return err
		}
		return w.say(kindEnd, endMessage{left})
	}
	if err != nil {
		err = w.cursor.Fail(ctx, err)
		w.cursor = nil
		return err
	}
	page, err := encodePage(rows)
	if err != nil {
		w.close(ctx)
		return pipeline.Fail(pipeline.BadUsage, "", "Select a part of the value: left(…, 1000).", "a row is too large to be shown: %w", err)
	}
	return frames.Write(w.out, kindPage, page)
}

func (w *worker) say(k frames.Kind, message any) error { return frames.Send(w.out, k, message) }

// fault sends an error as the answer.
func (w *worker) fault(err error) error {
	var m faultMessage
	failure, isFailure := errors.AsType[*pipeline.Failure](err)
	fault, isQuery := errors.AsType[*duckdb.QueryError](err)
	path, isPath := errors.AsType[*os.PathError](err)
	switch {
	case isFailure:
		m.Failure = frames.Failure{Kind: failure.Kind, Table: failure.Table, Text: failure.Err.Error(), Fix: failure.Fix}
	case isQuery:
		m.Query = &wireFault{fault.Type, fault.Message, fault.Position, fault.Candidates, fault.Running}
	case isPath:
		m.Kind, m.Text = pipeline.BadEngine, path.Err.Error()
	default:
		m.Kind, m.Text = pipeline.BadEngine, err.Error()
	}
	return w.say(kindFault, m)
}
