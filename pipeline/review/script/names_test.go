package script

import "testing"

func TestNamesWithoutAValue(t *testing.T) {
	for source, want := range map[string]string{
		"job.init('x', args)":                                                      "args",
		"import job\njob.init('x', args)":                                          "args",
		"from a.b import job as j\nj.init(name=other)":                             "other",
		"import os.path\nprint(os.sep, __file__, max(1, 2))":                       "",
		"a = b = 1\n(c, d), e = f(a, b)":                                           "",
		"def f(x):\n  return y\nf(1)":                                              "", // functions are not followed
		"if ready:\n  x = 1\nprint(x)":                                             "", // nor branches, and x may have a value
		"try:\n  import x\nexcept ImportError:\n  x = None\nprint(x)":              "",
		"for r in rows: pass\nprint(r)":                                            "",
		"with open('f') as file: pass\nprint(file)":                                "",
		"print([x for x in range(3)], lambda y: y + z)":                            "",
		"print(f'{unknown}')":                                                      "",
		"from awsglue.transforms import *\nJoin.apply(frame1=left_rows)":           "left_rows",
		"from awsglue.transforms import *\nDynamicFrame.fromDF(1)":                 "",
		"from pyspark.sql.functions import *\ncol('x'); to_json_of(1); print(lit)": "",
		"from awsglue.transforms import *\nz\nprint(y)":                            "z",
		"from pyspark.sql.functions import *\nz":                                   "",
		"from helpers import *\nprint(some_name)":                                  "",
		"print(spark, sc, dbutils)":                                                "", // of a notebook
		"use(later_name)\nlater_name = 1":                                          "later_name",
		"print(later_name)\nlater_name = 1":                                        "later_name",
		"print((n := 1), n)":                                                       "",
		"x: int\nx: int = 1\nprint(x)":                                             "",
		"class A: pass\n@deco\ndef g(): pass\nprint(A, g)":                         "",
		"print(a b": "", // not Python
	} {
		s := Read("a.py", []byte(source))
		got := ""
		if s.Undefined != nil {
			got = s.Undefined.Name
		}
		if got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
}
