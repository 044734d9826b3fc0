package tui

import (
	"context"
	"testing"

	"stedi/pipeline"
)

// offering opens screens that offer two other lakes and two variants.
func offering(t *testing.T) *driver {
	t.Helper()
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	o := w.options(t)
	o.Profile = []string{"strict"}
	o.Offers = func(context.Context) *Offers {
		return &Offers{
			Lakes:    []LakeChoice{{"/l/demo", "~/lakes/demo", "recent"}, {"/l/one", "~/lakes/one", "recent"}},
			Variants: []string{"per_customer", "strict"},
			More: func(context.Context) *Offers {
				return &Offers{Lakes: []LakeChoice{{"s3://two", "s3://two", "bucket"}}, Notes: []string{"databases cannot be listed: denied"}}
			},
		}
	}
	o.CheckLake = func(_ context.Context, lake string) (*pipeline.Record, error) {
		if lake == "/l/broken" {
			return nil, pipeline.Fail(pipeline.BadUsage, "", "Name a folder.", "no such folder")
		}
		r := *w.records(t)[0]
		r.Tables = append([]pipeline.TableRecord{}, r.Tables...)
		r.Tables[3].Rows += 7
		return &r, nil
	}
	return start(t, o, 120, 36)
}

// records are the runs of the lake, newest first.
func (w *world) records(t *testing.T) []*pipeline.Record {
	t.Helper()
	d := start(t, w.options(t), 40, 10)
	return d.view.Runs
}

func TestAnotherLakeIsOpenedOnTheSameScreen(t *testing.T) {
	d := offering(t)
	d.press("4", "O")
	d.shows("~/lakes/one", "s3://two", "bucket", "databases cannot be listed: denied")
	d.hides("demo                  ") // the lake that is open is not offered
	d.write("two")
	d.press("enter")
	if n := d.Next(); d.quits != 1 || n == nil || n.Lake != "s3://two" || n.Screen != "Checks" || len(n.Variants) != 1 {
		t.Errorf("%d quits, next %v", d.quits, n)
	}
}

func TestAPathIsOpenedAsTyped(t *testing.T) {
	for _, keys := range []string{"O", ":"} {
		d := offering(t)
		d.press(keys)
		if keys == ":" {
			d.write("open ")
		}
		d.write("/some/lake")
		d.press("enter")
		if n := d.Next(); n == nil || n.Lake != "/some/lake" {
			t.Errorf("%s: next %v", keys, n)
		}
	}
}

func TestTheVariantIsShownAndChosen(t *testing.T) {
	d := offering(t)
	d.shows("variant strict")
	d.press("alt+v")
	d.shows("no variant", "per_customer", "in use")
	d.press("down", "enter")
	if n := d.Next(); n == nil || n.Lake != "" || len(n.Variants) != 1 || n.Variants[0] != "per_customer" {
		t.Errorf("next %v", n)
	}
	d.size(60, 20)
	d.shows("variant strict")
}

func TestTwoLakesAreShownSideBySide(t *testing.T) {
	d := offering(t)
	d.press("alt+o")
	d.write("one")
	d.press("enter")
	d.shows("TWO LAKES", "A  ~/lakes/demo", "B  /l/one", "+7")
	d.press("esc", "alt+o")
	d.write("/l/broken")
	d.press("enter")
	d.shows("ERROR", "the lake /l/broken cannot be checked", "Name a folder.")
}
