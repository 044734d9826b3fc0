package printable_test

import (
	"fmt"

	"stedi/pipeline/printable"
)

func ExampleText() {
	fmt.Println(printable.Text("red \x1b[31m and back\b"))
	// Output: red ␛[31m and back␈
}

func ExampleCut() {
	fmt.Println(printable.Cut("accelerometer_landing", 12))
	fmt.Println(printable.Width("日本"))
	// Output:
	// acceleromet…
	// 4
}
