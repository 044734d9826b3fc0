package query

import (
	"encoding/binary"
	"errors"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/frames"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/rowcode"
)

// Parent and child talk in frames over the child's stdin and stdout. The parent
// asks, the child answers each frame with one; only stop may come while an
// answer is due. Payloads are JSON but for pages of rows, which are binary and
// typed, so that any text travels unharmed.

// Questions of the parent.
const (
	kindInit   frames.Kind = 'I'
	kindTables frames.Kind = 'T'
	kindParse  frames.Kind = 'P'
	kindQuery  frames.Kind = 'Q'
	kindNext   frames.Kind = 'N'
	kindStop   frames.Kind = 'S'
)

// Answers of the child.
const (
	kindReady   frames.Kind = 'r'
	kindDone    frames.Kind = 'd'
	kindTree    frames.Kind = 't'
	kindColumns frames.Kind = 'c'
	kindPage    frames.Kind = 'p'
	kindEnd     frames.Kind = 'e'
	kindFault               = frames.KindFailure
)

type initMessage struct {
	Root    string   `json:"root"`
	Also    []string `json:"also"`
	Memory  int64    `json:"memory"`
	Threads int      `json:"threads"`
}

type readyMessage struct {
	Confined string `json:"confined"`
}

type tablesMessage struct {
	Tables []wireTable `json:"tables"`
}

type wireTable struct {
	Name    string          `json:"name"`
	Columns []ndjson.Column `json:"columns"`
	Files   []ndjson.File   `json:"files"`
	Landing bool            `json:"landing"`

	Known *pipeline.KnownRows `json:"known,omitempty"`
}

func wireTables(at tables) []wireTable {
	wired := make([]wireTable, 0, len(at.inputs))
	for _, name := range sortedKeys(at.inputs) {
		input := at.inputs[name]
		wired = append(wired, wireTable{input.Table.Name, input.Table.Columns, input.Files, input.Table.IsLanding(), input.Known})
	}
	return wired
}

func (t wireTable) input() pipeline.Input {
	table := &pipeline.Table{Name: t.Name, Columns: t.Columns}
	if !t.Landing {
		table.Transform = &pipeline.Transform{}
	}
	return pipeline.Input{Table: table, Files: t.Files, Known: t.Known}
}

type parseMessage struct {
	SQL string `json:"sql"`
}

// queryMessage runs the text of the last parseMessage.
type queryMessage struct {
	Tables  []string      `json:"tables"`
	Timeout time.Duration `json:"timeout"`
	As      wanted        `json:"as"`

	Allow pipeline.Allowance `json:"allow"`
}

// endMessage follows the last row.
type endMessage struct {
	LeftOut []pipeline.LeftOut `json:"left_out"`
}

type nextMessage struct {
	Rows  int `json:"rows"`
	Bytes int `json:"bytes"`
}

// faultMessage is an error of DuckDB's about the query, or a failure of ours.
type faultMessage struct {
	Query *wireFault `json:"query,omitempty"`

	frames.Failure
}

type wireFault struct {
	Type       string   `json:"type"`
	Message    string   `json:"message"`
	Position   int      `json:"position"`
	Candidates []string `json:"candidates"`
	Running    bool     `json:"running"`
}

// encodePage writes rows: their number, the number of columns, the values.
func encodePage(rows [][]any) ([]byte, error) {
	columns := 0
	if len(rows) > 0 {
		columns = len(rows[0])
	}
	b := binary.AppendUvarint(nil, uint64(len(rows)))
	b = binary.AppendUvarint(b, uint64(columns)) // a length is not negative
	for _, row := range rows {
		var err error
		if b, err = rowcode.Append(b, row); err != nil {
			return nil, err
		}
		if len(b) > frames.Max {
			return nil, frames.ErrTooLong
		}
	}
	return b, nil
}

var errPage = errors.New("an invalid page")

// decodePage decodes the output of encodePage. It accepts arbitrary bytes; the
// memory for the rows is proportional to the size of the input.
func decodePage(b []byte, columns int) ([][]any, error) {
	n, b, ok := uvarint(b)
	width, b, ok2 := uvarint(b)
	if !ok || !ok2 || width != uint64(columns) || columns < 1 || n > uint64(len(b)) { // a count of columns is not negative
		return nil, errPage
	}
	rows := make([][]any, 0, min(n, uint64(len(b)/columns))) // a quotient of lengths is not negative
	for range n {
		row := make([]any, columns)
		if b, ok = rowcode.Read(b, row); !ok {
			return nil, errPage
		}
		rows = append(rows, row)
	}
	if len(b) > 0 {
		return nil, errPage
	}
	return rows, nil
}

func uvarint(b []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}
