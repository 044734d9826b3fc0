// Package frames is how the processes of this program talk to each other: typed
// frames over a pipe. A frame is a byte for its kind, four for the length, and
// the payload, which is JSON unless the kind says otherwise. Each protocol has
// kinds of its own; failures look the same in all.
package frames

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"stedi/pipeline"
)

// Kind is the type of a frame.
type Kind byte

// String is for messages.
func (k Kind) String() string { return fmt.Sprintf("%c", byte(k)) }

// KindFailure is the kind of a frame with a Failure, in every protocol.
const KindFailure Kind = 'x'

// Frame is one message.
type Frame struct {
	Kind    Kind
	Payload []byte
}

// Max is the length of the longest payload. It bounds the memory that the other
// side of a pipe can make this one use.
const Max = 64 << 20

// ErrTooLong is the error of a payload that is longer than Max.
var ErrTooLong = errors.New("a message longer than 64 MB")

// Write sends a payload as it is, with one call of the writer.
func Write(w io.Writer, k Kind, payload []byte) error {
	if len(payload) > Max {
		return ErrTooLong
	}
	head := [5]byte{byte(k)}
	binary.LittleEndian.PutUint32(head[1:], uint32(len(payload))) // it was just compared
	if _, err := w.Write(append(head[:], payload...)); err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	return nil
}

// Send sends a message as JSON.
func Send(w io.Writer, k Kind, message any) error {
	payload, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return Write(w, k, payload)
}

// Read reads a frame. At the end of the stream, between two frames, the error is
// io.EOF; within one it is io.ErrUnexpectedEOF.
func Read(r *bufio.Reader) (Frame, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Frame{}, err
	}
	n := int64(binary.LittleEndian.Uint32(head[1:]))
	if n > Max {
		return Frame{}, ErrTooLong
	}
	// The buffer grows as bytes arrive, so that a false length costs nothing.
	payload, err := io.ReadAll(io.LimitReader(r, n))
	if err != nil {
		return Frame{}, err
	}
	if int64(len(payload)) < n {
		return Frame{}, io.ErrUnexpectedEOF
	}
	return Frame{Kind(head[0]), payload}, nil
}

// Decode reads the JSON of a frame that must be of the kind.
func (f Frame) Decode(want Kind, into any) error {
	if f.Kind != want {
		return fmt.Errorf("received %q, expected %q", f.Kind, want)
	}
	if err := json.Unmarshal(f.Payload, into); err != nil {
		return fmt.Errorf("an invalid %q message: %w", f.Kind, err)
	}
	return nil
}

// ProtocolError is the failure of a process, such as "run", that sent something
// else than the frame that was expected.
func ProtocolError(process, fix string, err error) error {
	return pipeline.Fail(pipeline.BadEngine, "", fix, "the %s process sent an invalid answer: %w", process, err)
}

// Failure is a *pipeline.Failure in a frame.
type Failure struct {
	Kind  pipeline.Kind `json:"kind,omitempty"`
	Table string        `json:"table,omitempty"`
	Text  string        `json:"error,omitempty"`
	Fix   string        `json:"fix,omitempty"`
}

// FailureOf takes an error apart. The table and the fix are those of the first
// *pipeline.Failure in it, if the rest of the text can be told from them.
func FailureOf(err error) Failure {
	f := Failure{Kind: pipeline.KindOf(err), Text: err.Error()}
	failure, ok := errors.AsType[*pipeline.Failure](err)
	if !ok {
		return f
	}
	if text := failure.Error(); f.Text == text {
		f.Table, f.Text, f.Fix = failure.Table, failure.Err.Error(), failure.Fix
	} else if before, ends := strings.CutSuffix(f.Text, "\n  "+failure.Fix); ends && failure.Fix != "" {
		f.Text, f.Fix = before, failure.Fix
	}
	return f
}

// Err is the failure as an error again.
func (f Failure) Err() error {
	return &pipeline.Failure{Kind: cmp.Or(f.Kind, pipeline.BadEngine), Table: f.Table, Err: errors.New(f.Text), Fix: f.Fix}
}
