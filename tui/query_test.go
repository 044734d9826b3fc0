package tui

import "testing"

const endless = "select count(*) from range(1000000) as a(i), range(1000000) as b(j) where (a.i * b.j) % 7 = 3"

func TestACancelledQueryIsInTheHistoryAndTheNextOneIsAnswered(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("3", "i")
	d.write(endless)
	d.take(keyPress(t, "f5"))
	d.shows("^x cancels")
	d.take(keyPress(t, "ctrl+x"))
	d.settle()
	d.shows("cancelled")
	d.press("ctrl+r")
	d.shows("HISTORY", "from range(1000000)", "✗")
	d.press("esc", "ctrl+t")
	d.write("select 6 * 7 as answer")
	d.press("f5")
	d.shows("answer", "42")
}

func TestQueriesSurviveARestart(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("3", "i")
	d.write("select count(*) as n from customer_landing")
	d.press("f5", "ctrl+s")
	d.write("how many")
	d.press("enter", "ctrl+t")
	d.write("select 'unsaved'")
	must(t, d.Close())

	d = start(t, w.options(t), 120, 36)
	d.shows("★ how many", "select 'unsaved'")
	d.press("ctrl+r")
	d.shows("HISTORY", "select count(*) as n from customer_landing")
}

func TestAFaultIsWhereTheSheetHasItWhateverStandsBefore(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("3", "i")
	d.write("select 'ä'; select nope from customer_landing")
	d.press("f5")
	d.shows("ln 1 col 20", "line 1, column 20:")
	d.press("end")
	d.write(";")
	d.press("enter")
	d.write("select 1; drop table x")
	d.press("f5")
	d.shows("line 2, column 11: queries are read-only")
}

func TestCompletionOffersWhatTheEngineHasForAForeignFunction(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.press("3", "i")
	d.write("select date_pars")
	d.shows("strptime", "for date_parse")
	d.press("tab")
	d.shows("select strptime")
	d.write("(from")
	d.hides("for from_")
	d.write("_unixt")
	d.shows("to_timestamp", "for from_unixtime")
}

func TestTheSheetThatIsShownHasItsTab(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 80, 24)
	d.press("3")
	for range 20 {
		d.press("ctrl+t")
	}
	d.shows(" q21 ", "…")
	d.hides(" q1 ")
	d.press("alt+right")
	d.shows(" q1 ", "…")
	d.hides(" q21 ")
}

// The previous rows stay on the screen until the new ones come. Nothing can be
// read from them.
func TestRowsThatAreAboutToBeReplacedCannotBeSummarizedOrExported(t *testing.T) {
	for _, key := range []string{"I", "F", "*", "e", "s", "="} {
		t.Run(key, func(t *testing.T) {
			w := newWorld(t, "sample")
			w.open(t)
			d := start(t, w.options(t), 120, 36)
			d.press("3", "i")
			d.write("select serialNumber from customer_landing")
			d.press("f5", "esc")
			for d.queryView().panes.At != resultPane {
				d.press("tab")
			}
			d.take(keyPress(t, "f5"))
			d.shows("^x cancels")
			d.take(keyPress(t, key))
			d.settle()
			d.shows("serialNumber")
		})
	}
}
