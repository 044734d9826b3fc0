package script

import (
	"bytes"
	"strings"
)

// databricksHead is the first line of a notebook that Databricks exports as
// Python.
const databricksHead = "# Databricks notebook source"

// withMagics makes calls of spark.sql of the SQL cells of a Databricks notebook,
// which stand in comments. Lines keep their numbers.
func withMagics(source []byte) []byte {
	if !bytes.HasPrefix(bytes.TrimSpace(source), []byte(databricksHead)) {
		return source
	}
	lines := strings.Split(string(source), "\n")
	for i := 0; i < len(lines); {
		if text, ok := magic(lines[i]); !ok || strings.TrimSpace(text) != "%sql" && !strings.HasPrefix(text, "%sql ") {
			i++
			continue
		}
		end := i
		for end < len(lines) {
			text, ok := magic(lines[end])
			if !ok {
				break
			}
			lines[end] = text
			end++
		}
		lines[i] = strings.TrimPrefix(lines[i], "%sql")
		sqlCell(lines[i:end])
		i = end
	}
	return []byte(strings.Join(lines, "\n"))
}

// magic is the text of a line that is a comment for Python only.
func magic(line string) (string, bool) {
	text, ok := strings.CutPrefix(strings.TrimRight(line, "\r"), "# MAGIC")
	return strings.TrimPrefix(text, " "), ok
}

// sqlCell makes calls of spark.sql of the lines of a cell, one for each
// statement that ends at the end of a line.
func sqlCell(lines []string) {
	open := false
	last := -1
	for i, line := range lines {
		line = strings.ReplaceAll(strings.ReplaceAll(line, `\`, `\\`), `"""`, `''`)
		code, _, _ := strings.Cut(line, "--")
		if blank := strings.TrimSpace(code) == ""; blank && !open {
			lines[i] = ""
			continue
		}
		if !open {
			line, open = `spark.sql("""`+line, true
		}
		lines[i], last = line, i
		if statement, ok := strings.CutSuffix(strings.TrimSpace(code), ";"); ok {
			if strings.HasPrefix(line, `spark.sql("""`) && !strings.HasPrefix(statement, `spark.sql("""`) {
				statement = `spark.sql("""` + statement
			}
			lines[i], open = statement+`""")`, false
		}
	}
	if open {
		lines[last] += ` """)`
	}
}
