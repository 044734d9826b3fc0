package ndjson

import (
	"testing"
)

func TestReadAcceptsWhatJSONAllows(t *testing.T) {
	content := "\xef\xbb\xbf" + `{"s":"a","b":true,"i":-5,"l":1655564455341,"d":1.0}` + "\r\n" +
		"\n  \t\r\n" +
		` { "d" : 1e3 , "l":null, "s":"\u00e9\ud83d\ude00 longer than twelve \n","b":false} ` + "\n" +
		`{}` + "\n" +
		`{"s":"twelve bytes","i":-2147483648,"l":-9223372036854775808,"d":-0.0,"more":{"a":[1,{"b":null}],"c":"\""}}` + "\n" +
		`{"s":"","l":9223372036854775807,"d":2.2250738585072014e-308}`
	want := "[a true -5 1655564455341 1]\n" +
		"[é😀 longer than twelve \n false <nil> <nil> 1000]\n" +
		"[<nil> <nil> <nil> <nil> <nil>]\n" +
		"[twelve bytes <nil> -2147483648 -9223372036854775808 -0]\n" +
		"[ <nil> <nil> 9223372036854775807 2.2250738585072014e-308]\n"
	rows, report := read(t, NewScan(files(t, content), everyType, Limits{}))
	if got := show(rows); got != want {
		t.Errorf("rows:\n%swant:\n%s", got, want)
	}
	if report.Rejected != 0 || len(report.Rejects) != 0 {
		t.Errorf("rejects: %v", report.Rejects)
	}
}
