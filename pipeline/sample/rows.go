package sample

import (
	"context"
	"strconv"
)

// positions are the ends of accelerometer rows. The rows of an instant come
// from one half of the list; the finer half is rare.
var positions = func() (list [2][18]string) {
	steps := [2][3]string{{"1.0", "0.0", "-1.0"}, {"0.75", "0.5", "-0.25"}}
	for half, x := range steps {
		for i := range list[half] {
			list[half][i] = `,"x":` + x[i%3] + `,"y":` + steps[0][i/3%3] + `,"z":` + steps[0][1+i/9] + "}\n"
		}
	}
	return list
}()

// strides have no common divisor with the number of positions, so a walk with
// one of them visits every position once.
var strides = [...]uint64{1, 5, 7, 11, 13, 17}

// identity holds the values in the rows of one customer. The bytes are reused
// for the next customer.
type identity struct {
	name, email, serial []byte
	second              []byte // serial number, in dirty lakes
}

// write appends the cohort to the tables, customer by customer.
func (c *cohort) write(ctx context.Context, lake *output) error {
	var id identity
	for i, p := range c.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.identify(&id, c.index*len(c.order)+i)
		if c.extras != nil {
			c.writeExtra(lake.customer(), p, &id)
		}
		if err := c.writeCustomer(lake.customer(), p, &id); err != nil {
			return err
		}
		if err := c.writeReadings(lake, p, &id); err != nil {
			return err
		}
	}
	return nil
}

// identify draws a name. The customer's number in the whole data set ensures a
// unique e-mail and serial number.
func (c *cohort) identify(id *identity, number int) {
	first := firstNames[c.rng.IntN(len(firstNames))]
	last := lastNames[c.rng.IntN(len(lastNames))]
	id.name = append(append(append(id.name[:0], first...), ' '), last...)
	id.email = append(append(append(id.email[:0], first...), '.'), last...)
	id.email = strconv.AppendInt(id.email, int64(number+1), 10)
	id.email = append(id.email, "@example.com"...)
	id.serial = appendUUID(id.serial[:0], head(c.seed, number), c.rng.Uint64(), c.rng.Uint64())
	if c.extras != nil {
		id.second = appendUUID(id.second[:0], head(c.seed, secondNumber+number), c.extras.rng.Uint64(), c.extras.rng.Uint64())
	}
}

// head maps different numbers below 2^32 to different heads, because the factor
// is odd.
func head(seed uint64, number int) uint32 { return uint32(seed) ^ uint32(number+1)*0x9E3779B1 }

// appendUUID appends a version 4 UUID. Its first digits are head.
func appendUUID(dst []byte, head uint32, a, b uint64) []byte {
	const digits = "0123456789abcdef"
	for i := range 32 {
		switch i {
		case 8, 12, 16, 20:
			dst = append(dst, '-')
		}
		var d uint64
		switch {
		case i < 8:
			d = uint64(head >> (4 * (7 - i)))
		case i == 12:
			d = 4
		case i == 16:
			d = 8 | b&3
		case i < 16:
			d = a >> (4 * i)
		default:
			d = b >> (4 * (i - 16))
		}
		dst = append(dst, digits[d&15])
	}
	return dst
}

func (c *cohort) writeCustomer(w *writer, p int, id *identity) error {
	consent := c.people[p].consent
	updated := consent
	if consent == none {
		updated = c.people[p].start - c.rng.Int64N(20*minute)
	}
	registered := updated
	if c.rng.IntN(20) == 0 {
		registered -= 1 + c.rng.Int64N(40*minute)
	}
	w.customer(id, registered, updated, consent, c.rng.Uint64())
	return w.endRow()
}

// customer writes a customer row. It omits the key of each consent that was not
// given.
func (w *writer) customer(id *identity, registered, updated, consent int64, draw uint64) {
	w.text(`{"customerName": "`).add(id.name).text(`", "email": "`).add(id.email)
	w.text(`", "phone": "80155501`).digits(draw%100, 2)
	w.text(`", "birthDay": "`).digits(950+draw>>16%1000, 4).text(`-01-01", "serialNumber": "`).add(id.serial)
	w.text(`", "registrationDate": `).number(registered).text(`, "lastUpdateDate": `).number(updated)
	if consent != none {
		w.text(`, "shareWithResearchAsOfDate": `).number(consent)
	}
	if draw>>32&1 == 0 {
		w.text(`, "shareWithPublicAsOfDate": `).number(updated)
	}
	if draw>>33&1 == 0 {
		w.text(`, "shareWithFriendsAsOfDate": `).number(updated)
	}
	w.text("}\n")
}

// step writes a step trainer row.
func (w *writer) step(time, serial []byte, draw uint64) {
	w.text(`{"sensorReadingTime":`).add(time).text(`,"serialNumber":"`).add(serial)
	w.text(`","distanceFromObject":`).digits(201+draw%100, 3).text("}\n")
}

// writeReadings writes the instants in reverse order, as the devices do.
func (c *cohort) writeReadings(lake *output, p int, id *identity) error {
	steps, accelerometer := lake.steps(), lake.acceleration()
	var digits [20]byte
	for j := c.instants - 1; j >= 0; j-- {
		time := strconv.AppendInt(digits[:0], c.people[p].at(j), 10)
		draw := c.rng.Uint64()

		if c.extras != nil {
			c.writeSecondStep(steps, p, j, time, id)
		}
		steps.step(time, id.serial, draw)
		if err := steps.endRow(); err != nil {
			return err
		}

		list := &positions[0]
		if draw>>58 == 0 {
			list = &positions[1]
		}
		position, stride := draw>>16%18, strides[draw>>32%uint64(len(strides))]
		for range c.rows[p*c.instants+j] {
			accelerometer.text(`{"user":"`).add(id.email).text(`","timestamp":`).add(time)
			if err := accelerometer.text(list[position]).endRow(); err != nil {
				return err
			}
			position = (position + stride) % uint64(len(list))
		}
	}
	return nil
}
