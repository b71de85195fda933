package main

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// mostMetrics is how many metrics one query may ask for: a vCenter's own default (config.vpxd.stats.maxQueryMetrics).
const mostMetrics = 64

// Planted is one counter of one machine: from Start (seconds of the epoch) on, each value stands for Step seconds.
// Values are percent or KiB/s; a negative one is a hole.
type Planted struct {
	Start, Step int64
	Values      []float64
}

// Performance is the library's manager, but that it answers what was planted, and keeps it no longer than a vCenter does.
type Performance struct {
	simulator.PerformanceManager

	mu       sync.Mutex
	planted  map[string]map[string]Planted // machine's name -> counter's name
	counters map[int32]string
}

func newPerformance() *Performance {
	ref := *simulator.Map.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content.PerfManager
	manager := &Performance{
		PerformanceManager: *simulator.Map.Get(ref).(*simulator.PerformanceManager),
		planted:            map[string]map[string]Planted{},
		counters:           map[int32]string{},
	}
	manager.HistoricalInterval = []types.PerfInterval{
		{Key: 1, SamplingPeriod: 300, Name: "Past day", Length: 86400, Enabled: true},
		{Key: 2, SamplingPeriod: 1800, Name: "Past week", Length: 604800, Enabled: true},
		{Key: 3, SamplingPeriod: 7200, Name: "Past month", Length: 2592000, Enabled: true},
		{Key: 4, SamplingPeriod: 86400, Name: "Past year", Length: 31536000, Enabled: true},
	}
	for _, counter := range manager.PerfCounter {
		name := counter.GroupInfo.GetElementDescription().Key + "." + counter.NameInfo.GetElementDescription().Key
		manager.counters[counter.Key] = name + "." + string(counter.RollupType)
	}
	return manager
}

// plant takes a table: {"machine": {"cpu.usage.average": {"start": ..., "step": 300, "values": [...]}}}.
func (p *Performance) plant(body []byte) (interface{}, error) {
	table := map[string]map[string]Planted{}
	if err := json.Unmarshal(body, &table); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for machine, counters := range table {
		p.planted[machine] = counters
	}
	return len(table), nil
}

// QueryPerf answers what was planted.
func (p *Performance) QueryPerf(_ *simulator.Context, req *types.QueryPerf) soap.HasFault {
	body := &methods.QueryPerfBody{Res: &types.QueryPerfResponse{}}
	asked := 0
	for _, spec := range req.QuerySpec {
		asked += len(spec.MetricId)
	}
	if asked > mostMetrics {
		body.Res, body.Fault_ = nil, simulator.Fault("", &types.InvalidArgument{InvalidProperty: "querySpec.size"})
		return body
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, spec := range req.QuerySpec {
		machine, there := simulator.Map.Get(spec.Entity).(*simulator.VirtualMachine)
		if !there {
			body.Res, body.Fault_ = nil, simulator.Fault("", &types.ManagedObjectNotFound{Obj: spec.Entity})
			return body
		}
		kept := p.intervalOf(spec.IntervalId)
		if kept == nil || spec.StartTime == nil || spec.EndTime == nil || spec.Format != "csv" {
			body.Res, body.Fault_ = nil, simulator.Fault("", &types.InvalidArgument{InvalidProperty: "querySpec.interval"})
			return body
		}
		body.Res.Returnval = append(body.Res.Returnval, p.answer(spec, p.planted[machine.Name], *kept))
	}
	return body
}

func (p *Performance) intervalOf(seconds int32) *types.PerfInterval {
	for i := range p.HistoricalInterval {
		if p.HistoricalInterval[i].SamplingPeriod == seconds {
			return &p.HistoricalInterval[i]
		}
	}
	return nil
}

func (p *Performance) answer(spec types.PerfQuerySpec, planted map[string]Planted, kept types.PerfInterval) types.BasePerfEntityMetricBase {
	period, now := int64(kept.SamplingPeriod), time.Now().Unix()
	first, last := spec.StartTime.Unix(), spec.EndTime.Unix()
	if oldest := now - int64(kept.Length); first < oldest {
		first = oldest
	}
	if last > now {
		last = now
	}
	told := &types.PerfEntityMetricCSV{}
	told.Entity = spec.Entity
	var moments []int64
	var info []string
	// A sample is stamped with the end of what it stands for; the one at the start time is not among them.
	for at := (first/period + 1) * period; at <= last; at += period {
		moments = append(moments, at)
		info = append(info, strconv.FormatInt(period, 10), time.Unix(at, 0).UTC().Format(time.RFC3339))
	}
	for _, id := range spec.MetricId {
		name := p.counters[id.CounterId]
		series, there := planted[name]
		if !there || len(moments) == 0 {
			continue
		}
		var values []string
		for _, at := range moments {
			values = append(values, strconv.FormatInt(series.mean(at-period, at, scale(name)), 10))
		}
		told.Value = append(told.Value, types.PerfMetricSeriesCSV{
			PerfMetricSeries: types.PerfMetricSeries{Id: id}, Value: strings.Join(values, ","),
		})
	}
	if len(told.Value) > 0 {
		told.SampleInfoCSV = strings.Join(info, ",")
	}
	return told
}

// scale is what a share is told in: hundredths of a percent.
func scale(counter string) float64 {
	if strings.HasPrefix(counter, "cpu.usage.") || strings.HasPrefix(counter, "mem.usage.") {
		return 100
	}
	return 1
}

// mean is what was planted from begin up to end; -1, as a vCenter says it, where there is nothing.
func (s Planted) mean(begin, end int64, scale float64) int64 {
	sum, count := 0.0, 0
	i := (begin - s.Start + s.Step - 1) / s.Step
	if begin < s.Start {
		i = 0
	}
	for ; i < int64(len(s.Values)) && s.Start+i*s.Step < end; i++ {
		if s.Values[i] >= 0 {
			sum += s.Values[i]
			count++
		}
	}
	if count == 0 {
		return -1
	}
	return int64(math.Round(sum / float64(count) * scale))
}
