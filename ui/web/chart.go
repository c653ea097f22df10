package web

import "strings"

// A Chart compares one or two series of numbers, side by side, with a table of
// the same values: parts/chart.
type Chart struct {
	ID, Title string
	Says      string // what it shows, for who does not see it
	Row       string // what each column of it is, heading of the table
	Series    []string
	Columns   []ChartColumn
	Rules     []ChartRule
	Width     float64
}

// A ChartColumn is one place of a chart, with its bars.
type ChartColumn struct {
	Label  string
	Shown  string // the label below it, "" where there is no room
	X      float64
	Values []string
	Bars   []ChartBar
}

// A ChartBar is a rectangle of a series, in the units of the picture.
type ChartBar struct {
	Series              string // "a" or "b"
	X, Y, Width, Height float64
}

// A ChartRule is a line of the scale.
type ChartRule struct {
	Y     float64
	Label string
}

// Bounds of the picture of a chart.
const (
	chartWidth  = 1100.
	chartHeight = 220.
	chartTop    = 12.
	chartLeft   = 40.
	chartGap    = 2.
	widestBar   = 22.
	mostLabels  = 12
)

// NewChart places the bars of some series, each with one value for each label.
func NewChart(id, title, row string, series, labels []string, values ...[]int) Chart {
	c := Chart{ID: id, Title: title, Row: row, Series: series, Width: chartWidth}
	most := 0
	for _, s := range values {
		for _, v := range s {
			most = max(most, v)
		}
	}
	step := scale(most)
	top := max(1, (most+step-1)/step) * step
	y := func(v int) float64 { return chartTop + chartHeight - chartHeight*float64(v)/float64(top) }
	for v := 0; v <= top; v += step {
		c.Rules = append(c.Rules, ChartRule{y(v), Number(v)})
	}
	slot := (chartWidth - chartLeft) / float64(max(1, len(labels)))
	width := min(widestBar, max(1, slot*.8/float64(len(values))-chartGap))
	every := (len(labels) + mostLabels - 1) / mostLabels
	for i, label := range labels {
		col := ChartColumn{Label: label, X: chartLeft + slot*(float64(i)+.5)}
		if i%max(1, every) == 0 {
			col.Shown = label
		}
		x := col.X - float64(len(values))*(width+chartGap)/2
		for n, s := range values {
			col.Values = append(col.Values, Number(s[i]))
			col.Bars = append(col.Bars, ChartBar{string(rune('a' + n)), x + float64(n)*(width+chartGap), y(s[i]), width, chartTop + chartHeight - y(s[i])})
		}
		c.Columns = append(c.Columns, col)
	}
	c.Says = strings.Join(c.peaks(labels, values), " ") + " Les valeurs sont dans le tableau qui suit."
	return c
}

// scale is the distance between the lines of a scale: one, two or five times a
// power of ten.
func scale(most int) int {
	step := 1
	for i := 0; most/step > 5; i++ {
		step = []int{2, 5, 10}[i%3]
		for range i / 3 {
			step *= 10
		}
	}
	return step
}

// peaks says where each series is highest.
func (c Chart) peaks(labels []string, values [][]int) (says []string) {
	for n, s := range values {
		best := 0
		for i, v := range s {
			if v > s[best] {
				best = i
			}
		}
		if len(s) > 0 && s[best] > 0 {
			says = append(says, c.Series[n]+"\u00a0: au plus "+Number(s[best])+", "+labels[best]+".")
		}
	}
	return says
}
