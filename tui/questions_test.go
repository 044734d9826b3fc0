package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline"
)

// asks are options of screens whose diagnostics ask for a code, and report it.
func asks() Options {
	questions := &Questions{}
	return Options{Now: time.Now, Questions: questions, Examine: func(context.Context) []pipeline.Finding {
		code, given := questions.Ask("Code of the device:")
		if !given {
			code = "no code"
		}
		return []pipeline.Finding{pipeline.Fine("device", "it got "+code)}
	}}
}

// asking opens screens that pass questions on.
func asking(t *testing.T) *driver {
	t.Helper()
	o := asks()
	d := start(t, o, 100, 30)
	t.Cleanup(o.Questions.Open(func(msg tea.Msg) { d.messages <- ended{msg} }))
	return d
}

// ask begins the diagnostics, and waits for the question.
func (d *driver) ask() {
	d.Helper()
	d.busy++ // the question is a message that no command has sent
	d.held = 1
	d.press("D")
	d.until("it asks", func() bool { return d.prompt != nil })
}

func TestBackgroundWorkAsksOnTheScreens(t *testing.T) {
	d := asking(t)
	d.ask()
	d.shows("Code of the device:")
	d.press("1", "2", "3")
	d.held = 0
	d.press("enter")
	d.shows("it got 123")
}

// A reader who gives no code is asked only after a refresh: each look at the lake
// would ask again.
func TestAReaderWhoDeclinesIsAskedAfterARefresh(t *testing.T) {
	for _, key := range []string{"esc", "ctrl+c", "enter"} {
		t.Run(key, func(t *testing.T) {
			d := asking(t)
			d.ask()
			d.held = 0
			d.press(key)
			d.shows("it got no code")
			d.press("esc", "D")
			d.shows("it got no code")
			d.press("esc", "ctrl+l")
			d.ask()
			d.press("7")
			d.held = 0
			d.press("enter")
			d.shows("it got 7")
		})
	}
}

// A question waits until the reader has finished another text.
func TestAQuestionWaitsForAnotherPrompt(t *testing.T) {
	d := asking(t)
	release := make(chan string, 1)
	d.press("/")
	before := d.prompt
	d.take(askedMsg{"Code:", release})
	if before != nil && d.prompt != before {
		t.Error("it closes the prompt that was open")
	}
	d.press("esc")
	d.until("it asks", func() bool { return d.prompt != nil && strings.HasPrefix(d.prompt.Label, "Code:") })
	d.press("9", "enter")
	if code := <-release; code != "9" {
		t.Errorf("the answer is %q", code)
	}
}

// Work that waits for an answer does not keep the screens from ending.
func TestTheEndOfTheScreensIsNoAnswer(t *testing.T) {
	questions := &Questions{}
	if _, given := questions.Ask("Code:"); given {
		t.Error("it was answered without screens")
	}
	sent := make(chan struct{})
	end := questions.Open(func(tea.Msg) { close(sent) })
	done := make(chan bool)
	go func() {
		_, given := questions.Ask("Code:")
		done <- given
	}()
	<-sent
	end()
	if <-done {
		t.Error("it was answered without a prompt")
	}
}

func TestAReaderOfLinesIsAsked(t *testing.T) {
	m, err := New(t.Context(), asks())
	must(t, err)
	t.Cleanup(func() { must(t, m.Close()) })
	var said strings.Builder
	must(t, m.Plain(t.Context(), strings.NewReader("D\n456\nquit\n"), &said))
	if text := said.String(); !strings.Contains(text, "Code of the device:") || !strings.Contains(text, "it got 456") {
		t.Errorf("it says %s", text)
	}
}
