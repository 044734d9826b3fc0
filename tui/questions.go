package tui

import (
	"sync"

	tea "charm.land/bubbletea/v2"

	"stedi/tui/ui"
)

// Questions lets background work ask the reader for a line of text while the
// screens are open, such as for the code of a device. The zero value is ready for
// use.
type Questions struct {
	mu       sync.Mutex
	send     func(tea.Msg) // nil: the screens are not open
	over     chan struct{} // is closed when they are
	declined bool          // the reader gave no answer, and is not asked until Resume
}

// askedMsg is a message for the model, which answers once. A closed channel means
// that no answer was given.
type askedMsg struct {
	label  string
	answer chan<- string
}

// Ask asks for a line of text and waits for it. It returns false if none was given,
// or if the screens are not open.
func (q *Questions) Ask(label string) (text string, given bool) {
	q.mu.Lock()
	send, over := q.send, q.over
	if q.declined {
		send = nil
	}
	q.mu.Unlock()
	if send == nil {
		return "", false
	}
	answer := make(chan string, 1)
	send(askedMsg{label, answer})
	select {
	case text, given = <-answer:
	case <-over:
	}
	if !given {
		q.mu.Lock()
		q.declined = true
		q.mu.Unlock()
	}
	return text, given
}

// Open passes the questions on until end is called. Questions without an answer
// then have none.
func (q *Questions) Open(send func(tea.Msg)) (end func()) {
	over := make(chan struct{})
	q.mu.Lock()
	defer q.mu.Unlock()
	q.send, q.over, q.declined = send, over, false
	return sync.OnceFunc(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.send = nil
		close(over)
	})
}

// Resume lets the reader be asked again who gave no answer before.
func (q *Questions) Resume() {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.declined = false
}

// askNext opens the prompt of the next question, unless another prompt is open. A
// prompt that was closed does not count as an answer.
func (m *Model) askNext() tea.Cmd {
	if m.asking != nil && m.prompt != m.asking {
		m.answered("")
	}
	if len(m.asked) == 0 || m.prompt != nil {
		return nil
	}
	m.asking = &ui.Prompt{Label: m.asked[0].label, Done: func(text string) tea.Cmd { m.answered(text); return nil }}
	m.prompt = m.asking
	return m.asking.Begin("")
}

// answered answers the question of the prompt; an empty text does not count as an answer.
func (m *Model) answered(text string) {
	if m.asking == nil {
		return
	}
	first := m.asked[0]
	m.asked, m.asking = m.asked[1:], nil
	if text != "" {
		first.answer <- text
	}
	close(first.answer)
}
