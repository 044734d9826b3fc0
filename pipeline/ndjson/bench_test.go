package ndjson

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// landing returns the lines of a table of the real lake. If the lake is not
// available, it returns generated lines of the same shape.
func landing(b *testing.B, table string, line func(i int) string) []byte {
	b.Helper()
	paths := realFiles(b, table)
	var data []byte
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		data = append(data, content...)
	}
	for i := 0; len(paths) == 0 && i < 80_000; i++ {
		data = append(data, line(i)...)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	return data
}

func accelerometerLine(i int) string {
	return fmt.Sprintf("{\"user\":\"First%d.Last@test.com\",\"timestamp\":%d,\"x\":%d.0,\"y\":%d.0,\"z\":0.0}\n",
		i/80%10, 1655564455341+i, i%3-1, i/3%3-1)
}

func customerLine(i int) string {
	line := fmt.Sprintf(`{"customerName": "First Last", "email": "First%d.Last@test.com", "phone": "8015551212", `+
		`"birthDay": "1900-01-01", "serialNumber": "00000000-0000-0000-0000-%012d", "registrationDate": 1655564376361, "lastUpdateDate": 1655564376361`, i, i)
	for k, name := range []string{"Research", "Public", "Friends"} {
		if i>>k&1 == 0 {
			line += fmt.Sprintf(`, "shareWith%sAsOfDate": 1655564376361`, name)
		}
	}
	return line + "}\n"
}

func stepLine(i int) string {
	return fmt.Sprintf("{\"sensorReadingTime\":%d,\"serialNumber\":\"00000000-0000-0000-0000-%012d\",\"distanceFromObject\":%d}\n",
		1655564455341+i, i/30, 200+i%100)
}

var (
	customer = []Column{
		{Name: "customerName"},
		{Name: "email"},
		{Name: "phone"},
		{Name: "birthDay"},
		{Name: "serialNumber"},
		{Name: "registrationDate", Type: Bigint},
		{Name: "lastUpdateDate", Type: Bigint},
		{Name: "shareWithResearchAsOfDate", Type: Bigint},
		{Name: "shareWithPublicAsOfDate", Type: Bigint},
		{Name: "shareWithFriendsAsOfDate", Type: Bigint},
	}
	stepTrainer = []Column{
		{Name: "sensorReadingTime", Type: Bigint}, {Name: "serialNumber"}, {Name: "distanceFromObject", Type: Int},
	}
)

func parseAll(b *testing.B, data []byte, columns []Column, learn bool) {
	b.Helper()
	end := len(data)
	data = append(data, make([]byte, padding)...)
	p := newParser(columns, Limits{}.withDefaults())
	p.learn = learn
	vectors := newVectors(len(columns))
	for b.Loop() {
		for at := 0; at < end; {
			p.begin(vectors)
			next, _, ok := p.lines(data, at, end, 0, batchRows)
			if !ok {
				b.Fatal(p.fault)
			}
			at = next
		}
	}
}

func BenchmarkFast(b *testing.B) {
	b.Run("accelerometer", func(b *testing.B) {
		parseAll(b, landing(b, "accelerometer", accelerometerLine), accelerometer, true)
	})
	b.Run("step_trainer", func(b *testing.B) {
		parseAll(b, landing(b, "step_trainer", stepLine), stepTrainer, true)
	})
	b.Run("customer", func(b *testing.B) {
		parseAll(b, landing(b, "customer", customerLine), customer, true)
	})
}

func BenchmarkGeneral(b *testing.B) {
	b.Run("accelerometer", func(b *testing.B) {
		parseAll(b, landing(b, "accelerometer", accelerometerLine), accelerometer, false)
	})
	b.Run("step_trainer", func(b *testing.B) {
		parseAll(b, landing(b, "step_trainer", stepLine), stepTrainer, false)
	})
	b.Run("customer", func(b *testing.B) {
		parseAll(b, landing(b, "customer", customerLine), customer, false)
	})
}

func BenchmarkEncodingJSON(b *testing.B) {
	data := landing(b, "accelerometer", accelerometerLine)
	for b.Loop() {
		lines := bufio.NewScanner(bytes.NewReader(data))
		for lines.Scan() {
			var row struct {
				User      *string
				Timestamp *int64
				X, Y, Z   *float64
			}
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkJSONText(b *testing.B) {
	data := landing(b, "accelerometer", accelerometerLine)
	for b.Loop() {
		d := jsontext.NewDecoder(bytes.NewBuffer(data))
		for {
			if _, err := d.ReadToken(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkScan reads files as an engine does, including blocks and hashes.
func BenchmarkScan(b *testing.B) {
	data := landing(b, "accelerometer", accelerometerLine)
	f := file(b, b.TempDir(), "a.json", string(data))
	vectors := newVectors(len(accelerometer))
	for b.Loop() {
		s := NewScan([]File{f}, accelerometer, Limits{})
		c := s.Cursor()
		for {
			n, err := c.Fill(b.Context(), vectors, batchRows)
			if err != nil {
				b.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		c.Close()
		s.Close()
	}
}
