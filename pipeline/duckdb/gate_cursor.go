package duckdb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

// QueryError is an error of DuckDB about a query.
type QueryError struct {
	Type       string // DuckDB's exception type, such as Binder
	Message    string
	Position   int // byte offset in the text, or -1
	Candidates []string
	Running    bool // said while rows were computed: the message may quote their values
}

func (e *QueryError) Error() string { return e.Message }

// Cursor reads the rows of one query. Close it before the next query.
type Cursor struct {
	sealed  *Sealed
	version version
	columns []pipeline.ResultColumn
	readers []valueReader
	prepare mapping.PreparedStatement
	result  mapping.Result
	open    bool // result is set
	ended   bool // there are no more chunks, and fetching again would be an error
	chunk   mapping.DataChunk
	row     int // index of the next row in chunk
	rows    int // number of rows in chunk
	shift   int // length of the prefix that was added to the text, in bytes
}

// Query begins a query that reads the named tables and may leave out what is
// allowed. After an error nothing is left open.
func (s *Sealed) Query(ctx context.Context, p *Parsed, tables []string, allow pipeline.Allowance) (*Cursor, error) {
	return s.begin(ctx, tables, allow, func(c *Cursor) error {
		wrapped, err := c.prepareParsed(ctx, "", p)
		if err != nil {
			return err
		}
		if wrapped != "" {
			mapping.DestroyPrepare(&c.prepare)
			c.shift = strings.IndexByte(wrapped, '\n') + 1
			if err := c.prepareText(wrapped); err != nil {
				return err
			}
		}
		return c.execute(streams(p.Tree))
	})
}

// Explain begins to read the plan of a query, which is not run: the last column
// of the rows has it as JSON.
func (s *Sealed) Explain(ctx context.Context, p *Parsed, tables []string, allow pipeline.Allowance) (*Cursor, error) {
	return s.explain(ctx, p, false, tables, allow)
}

// Measure is like Explain, but runs the query and measures its steps.
func (s *Sealed) Measure(ctx context.Context, p *Parsed, tables []string, allow pipeline.Allowance) (*Cursor, error) {
	return s.explain(ctx, p, true, tables, allow)
}

func (s *Sealed) explain(ctx context.Context, p *Parsed, run bool, tables []string, allow pipeline.Allowance) (*Cursor, error) {
	return s.begin(ctx, tables, allow, func(c *Cursor) error {
		if _, err := c.prepareParsed(ctx, statement("explain.sql", run), p); err != nil {
			return err
		}
		return c.execute(false)
	})
}

// begin opens a cursor that reads the named tables, and lets execute begin its
// statement, which the context interrupts.
func (s *Sealed) begin(ctx context.Context, tables []string, allow pipeline.Allowance, execute func(c *Cursor) error) (_ *Cursor, err error) {
	c := &Cursor{sealed: s}
	defer func() {
		if err != nil {
			err = c.Fail(ctx, err)
		}
	}()
	if c.version, err = s.look(tables, allow); err != nil {
		return nil, err
	}
	stop := s.interruptWith(ctx)
	defer stop()
	if err := execute(c); err != nil {
		return nil, errors.Join(ctx.Err(), err)
	}
	return c, nil
}

// prepareParsed prepares a prefix with a parsed query and describes the result.
// It returns another text if the query needs one for its columns.
func (c *Cursor) prepareParsed(ctx context.Context, prefix string, p *Parsed) (wrapped string, err error) {
	c.shift = len(prefix)
	if err := c.prepareText(prefix + p.Text); err != nil {
		return "", p.named(err)
	}
	return c.describe(ctx, p)
}

// Columns returns the columns of every row.
func (c *Cursor) Columns() []pipeline.ResultColumn { return c.columns }

// prepareText prepares exactly one statement. A second one would not have
// passed the caller's checks.
func (c *Cursor) prepareText(text string) error {
	var statements mapping.ExtractedStatements
	defer mapping.DestroyExtracted(&statements)
	switch n := mapping.ExtractStatements(c.sealed.conn, text, &statements); n {
	case 0:
		return c.fault(mapping.ExtractStatementsError(statements), false)
	case 1:
	default:
		return &QueryError{Type: "Parser", Position: -1, Message: fmt.Sprintf("one statement expected, not %d", n)}
	}
	if mapping.PrepareExtractedStatement(c.sealed.conn, statements, 0, &c.prepare) == mapping.StateError {
		return c.fault(mapping.PrepareError(c.prepare), false)
	}
	return nil
}

// manyPipelines are the marks in a syntax tree of operations that DuckDB may
// run as several pipelines into one result: a UNION, or a join that keeps rows
// of both sides, to which the optimizer can convert any join or subquery.
var manyPipelines = []string{
	`"type":"JOIN"`, `"type":"SET_OPERATION_NODE"`, `"type":"RECURSIVE_CTE_NODE"`, `"class":"SUBQUERY"`, `"type":"PIVOT"`, `"type":"SHOW_REF"`,
	`"type":"COMPARE_IN"`, `"type":"COMPARE_NOT_IN"`, `"cte_map":{"map":[{`,
}

// streams reports whether the rows of a query can be read while it runs. With
// several pipelines into one result DuckDB 1.5 can deadlock, because each of
// them is full and has no reader. Such a result is collected first.
// (duckdb/duckdb#22215; the marks cannot be forged, because text in JSON has
// its quotes escaped.)
func streams(tree string) bool {
	for _, mark := range manyPipelines {
		if strings.Contains(tree, mark) {
			return false
		}
	}
	return true
}

// execute runs the prepared statement until the first rows, or to its end.
func (c *Cursor) execute(stream bool) error {
	var pending mapping.PendingResult
	defer mapping.DestroyPending(&pending)
	begin := mapping.PendingPrepared
	if stream {
		// The function is deprecated, but has no successor.
		begin = duckdb_go_bindings.PendingPreparedStreaming
	}
	if begin(c.prepare, &pending) == mapping.StateError {
		return c.fault(mapping.PendingError(pending), true)
	}
	c.open = true
	if mapping.ExecutePending(pending, &c.result) == mapping.StateError {
		return c.fault(mapping.ResultError(&c.result), true)
	}
	return nil
}

// Next returns at most limit rows, or fewer if they reach about the given
// number of bytes. After the last row it returns io.EOF. All rows come from the
// same version of the tables.
func (c *Cursor) Next(ctx context.Context, rows, bytes int) (page [][]any, err error) {
	stop := c.sealed.interruptWith(ctx)
	defer stop()
	size := 0
	for len(page) < rows && size < bytes {
		if c.row == c.rows {
			more, err := c.fetch()
			if err != nil {
				return nil, errors.Join(ctx.Err(), err)
			}
			if !more {
				break
			}
			continue
		}
		row := make([]any, len(c.readers))
		for i, r := range c.readers {
			row[i] = r.read(c.row)
			if s, ok := row[i].(string); ok {
				size += len(s)
			}
		}
		size += len(row)
		page = append(page, row)
		c.row++
	}
	if err := c.version.unchanged(); err != nil {
		return nil, err
	}
	if len(page) == 0 {
		return nil, io.EOF
	}
	return page, c.sealed.shares(ctx)
}

// shares checks tables with a limit on the share of rejects as soon as they are
// completely read. A query that counts them is refused before its first row.
func (s *Sealed) shares(ctx context.Context) error {
	for _, source := range s.sources {
		if source.allow == nil || source.allow.Percent == 0 || source.judged {
			continue
		}
		source.mu.Lock()
		readings := source.readings
		source.mu.Unlock()
		for _, r := range readings {
			if all, _ := r.scan.Refused(); all == 0 {
				continue
			}
			report, err := r.scan.Report(ctx)
			if err == nil {
				source.judged = true
				err = source.allow.Accept(source.input.Table, report)
			}
			if err != nil && !errors.Is(err, ndjson.ErrUnfinished) {
				return err
			}
		}
	}
	return nil
}

// fetch gets the next chunk from DuckDB.
func (c *Cursor) fetch() (more bool, err error) {
	if c.ended {
		return false, nil
	}
	mapping.DestroyDataChunk(&c.chunk)
	c.row, c.rows = 0, 0
	c.chunk = mapping.FetchChunk(c.result)
	if c.chunk.Ptr == nil {
		c.ended = true
		if message := mapping.ResultError(&c.result); message != "" {
			return false, c.fault(message, true)
		}
		return false, nil
	}
	c.rows = int(mapping.DataChunkGetSize(c.chunk)) // at most the capacity of a chunk
	for i := range c.readers {
		c.readers[i].bind(chunkVector(c.chunk, i))
	}
	return true, nil
}

// Close ends the query and waits until no thread works on it, even if ctx has
// ended.
func (c *Cursor) Close(ctx context.Context) {
	c.stop(ctx)
	c.sealed.release()
}

// Finish closes a query that has reached its end, and returns what it left out.
// If that exceeds the limit, it returns an error.
func (c *Cursor) Finish(ctx context.Context) ([]pipeline.LeftOut, error) {
	c.stop(ctx)
	defer c.sealed.release()
	return c.sealed.judge(ctx, false)
}

// Fail closes a failed query, and returns the cause of the error.
func (c *Cursor) Fail(ctx context.Context, err error) error {
	c.stop(ctx)
	defer c.sealed.release()
	if !errors.Is(err, errRefused) || ctx.Err() != nil {
		return err
	}
	_, refused := c.sealed.judge(ctx, true)
	return cmp.Or(refused, err)
}

func (c *Cursor) stop(ctx context.Context) {
	mapping.DestroyDataChunk(&c.chunk)
	if c.open {
		mapping.DestroyResult(&c.result)
		c.open = false
	}
	mapping.DestroyPrepare(&c.prepare)
	// This query waits for the threads of the previous one.
	_, _ = c.sealed.engine.number(context.WithoutCancel(ctx), statement("gate_idle.sql", nil))
}

// interruptWith interrupts DuckDB when ctx ends. It repeats the interrupt,
// because a query that is just starting discards it.
func (s *Sealed) interruptWith(ctx context.Context) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-ctx.Done():
		case <-quit:
			return
		}
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			mapping.Interrupt(s.conn)
			select {
			case <-ticker.C:
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

// fault converts DuckDB's error text, which the settings make JSON.
func (c *Cursor) fault(text string, running bool) error {
	if err := c.sealed.failed(); err != nil {
		return err
	}
	fault := ParseFault(text)
	fault.Running = running
	if fault.Position >= 0 {
		fault.Position = max(0, fault.Position-c.shift)
	}
	return fault
}

// ParseFault parses an error in the format of errors_as_json.
func ParseFault(text string) *QueryError {
	var fields struct {
		Type       string `json:"exception_type"`
		Message    string `json:"exception_message"`
		Position   *int   `json:"position,string"`
		Candidates string `json:"candidates"`
	}
	_, object, ok := strings.Cut(text, "{")
	if !ok || json.Unmarshal([]byte("{"+object), &fields) != nil {
		return &QueryError{Message: text, Position: -1, Running: true}
	}
	fault := &QueryError{Type: fields.Type, Message: fields.Message, Position: -1}
	if fields.Position != nil {
		fault.Position = *fields.Position
	}
	if fields.Candidates != "" {
		fault.Candidates = strings.Split(fields.Candidates, ",")
	}
	return fault
}
