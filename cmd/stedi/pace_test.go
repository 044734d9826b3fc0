package main

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The library's ticker is a field that may move with its next version.
func TestTheTickerOfTheLibraryIsFound(t *testing.T) {
	var found *pace
	var screen *tea.Program
	screen = tea.NewProgram(quitting{}, tea.WithInput(strings.NewReader("")), tea.WithOutput(io.Discard), tea.WithoutSignalHandler(),
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg {
			if found == nil {
				found = paceOf(screen)
			}
			return msg
		}))
	if _, err := screen.Run(); err != nil {
		t.Fatal(err)
	}
	if found == nil || found.ticker == nil {
		t.Error("the ticker was not found")
	}
}

type quitting struct{}

func (q quitting) Init() tea.Cmd                       { return tea.Quit }
func (q quitting) Update(tea.Msg) (tea.Model, tea.Cmd) { return q, nil }
func (q quitting) View() tea.View                      { return tea.NewView("") }

func TestFramesAreQuickAfterAMessageOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pace{ticker: time.NewTicker(slowFrame), slow: true}
		defer p.ticker.Stop()
		frames := func(span time.Duration) (n int) {
			over := time.After(span)
			for {
				select {
				case <-p.ticker.C:
					n++
				case <-over:
					return n
				}
			}
		}
		if n := frames(time.Second); n > 4 {
			t.Errorf("%d frames in a second without messages", n)
		}
		for range 100 {
			p.quicken()
			if n := frames(5 * time.Millisecond); n == 0 {
				t.Fatal("no frame within 5 ms of a message")
			}
		}
		if frames(time.Second); frames(time.Second) > 4 {
			t.Error("it stays quick")
		}
	})
}
