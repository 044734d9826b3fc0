package tui

import "testing"

func TestRoomForMoreRowsIsFilled(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	d.size(100, 9)
	d.press("g")
	d.size(100, 100)
	if d.shows("row 1 of 164"); d.tableView().grid.Kept.Rows[90] == nil {
		t.Errorf("the larger window lacks rows:\n%s", d.screen())
	}
	d.press("3", "i")
	d.write("select range from range(1000)")
	d.press("f5", "esc")
	d.size(100, 14)
	g := d.queryView().sheet().rows
	_, low := g.Space()
	d.press("z")
	d.size(100, 100)
	if _, high := g.Space(); high <= low || g.Kept.Rows[int64(high-1)] == nil {
		t.Errorf("the zoomed pane lacks rows:\n%s", d.screen())
	}
}
