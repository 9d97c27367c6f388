// A dashboard's panels on Grafana's grid, each drawn by the component that Grafana draws it with.
// The data is that of queries to a Prometheus, put into window.dashboard by tests/monitoring.
import { createRoot } from 'react-dom/client';
import {
  createTheme,
  dateTime,
  FieldType,
  getDisplayProcessor,
  ThemeContext,
  toDataFrame,
} from '@grafana/data';
import {
  BarGauge,
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GlobalStyles,
  PanelChrome,
  TimeSeries,
} from '@grafana/ui';
import { BarGaugeDisplayMode, LegendDisplayMode } from '@grafana/schema';

const theme = createTheme({ colors: { mode: 'dark' } });
const { title, note, width, range, panels } = window.dashboard;
// As in Grafana: cells of 30 pixels with 8 between them.
const [CELL, ROW, GAP] = [width / 24, 38, 8];
// The title and the note, which takes a second line where the page is narrow.
const HEAD = 96;

function fieldOf(panel, series, index) {
  const chosen = series.color ?? panel.color;
  const color = chosen ? { mode: 'fixed', fixedColor: chosen } : { mode: 'palette-classic' };
  const config = {
    unit: panel.unit,
    decimals: panel.decimals,
    displayName: series.name,
    color: panel.type === 'stat' && !series.color ? { mode: 'thresholds' } : color,
    min: panel.type === 'stat' ? undefined : 0,
    max: panel.max ?? undefined,
    thresholds: panel.thresholds,
    custom: {
      drawStyle: panel.columns ? 'bars' : 'line',
      barWidthFactor: 0.9,
      lineWidth: 1,
      fillOpacity: panel.stacked ? 60 : 8,
      showPoints: 'never',
      spanNulls: true,
      axisPlacement: 'auto',
      axisSoftMax: panel.softMax ?? undefined,
      stacking: panel.stacked ? { mode: 'normal', group: 'A' } : { mode: 'none' },
      thresholdsStyle: { mode: panel.alarmed ? 'dashed' : 'off' },
    },
  };
  const values = series.values.map((pair) => pair[1]);
  const frame = toDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: series.values.map((pair) => pair[0] * 1000) },
      { name: series.name, type: FieldType.number, values, config },
    ],
  });
  frame.fields[1].state = { seriesIndex: index };
  for (const field of frame.fields) {
    field.display = getDisplayProcessor({ field, theme });
  }
  return frame;
}

function Graph({ panel, frames, width, height }) {
  const [from, to] = range.map((seconds) => dateTime(seconds * 1000));
  return (
    <TimeSeries
      frames={frames}
      structureRev={1}
      width={width}
      height={height}
      timeZone="utc"
      timeRange={{ from, to, raw: { from, to } }}
      legend={{
        displayMode: LegendDisplayMode.List,
        placement: panel.beside ? 'right' : 'bottom',
        calcs: [],
        showLegend: true,
      }}
    />
  );
}

function lastOf(frame) {
  const field = frame.fields[1];
  const shown = field.display(field.values[field.values.length - 1]);
  return { ...shown, title: field.config.displayName };
}

// As Grafana chooses: names are shown where there is more than one value.
function textModeOf(panel, frames) {
  if (panel.words) {
    return BigValueTextMode.Name;
  }
  return frames.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value;
}

function Numbers({ panel, frames, width, height }) {
  const count = Math.max(frames.length, 1);
  const size = panel.below
    ? { width, height: height / count }
    : { width: width / count, height };
  if (frames.length === 0) {
    return <div style={{ fontSize: 28, textAlign: 'center' }}>{panel.noValue ?? 'No data'}</div>;
  }
  return (
    <div style={{ display: 'flex', flexDirection: panel.below ? 'column' : 'row' }}>
      {frames.map((frame, index) => (
        <BigValue
          key={index}
          value={lastOf(frame)}
          {...size}
          theme={theme}
          colorMode={BigValueColorMode.Value}
          graphMode={BigValueGraphMode.None}
          textMode={textModeOf(panel, frames)}
          text={panel.text}
        />
      ))}
    </div>
  );
}

function Bars({ panel, frames, width, height }) {
  const each = Math.min(panel.thickest, height / Math.max(frames.length, 1));
  const least = panel.unit === 'percentunit' ? 0.0001 : 1;
  const most = Math.max(least, ...frames.map((frame) => frame.fields[1].values[0]));
  return frames.map((frame, index) => (
    <BarGauge
      key={index}
      value={lastOf(frame)}
      field={{ ...frame.fields[1].config, min: 0, max: most }}
      display={frame.fields[1].display}
      width={width}
      height={each - 4}
      theme={theme}
      orientation="horizontal"
      displayMode={BarGaugeDisplayMode.Gradient}
      alignmentFactors={{ title: '0'.repeat(46), text: '0'.repeat(6) }}
      namePlacement="top"
      text={{ titleSize: 13, valueSize: 14 }}
      showUnfilled
    />
  ));
}

const DRAWN_BY = { timeseries: Graph, stat: Numbers, bargauge: Bars };

function Panel({ panel }) {
  const { x, y, w, h } = panel.grid;
  const place = { position: 'absolute', left: x * CELL, top: HEAD + y * ROW };
  if (panel.type === 'row') {
    const more = panel.folded ? ` (${panel.folded} panels, folded)` : '';
    const mark = panel.folded ? '\u203a' : '\u2304';
    return (
      <h4 style={{ ...place, margin: 0, color: '#ccccdc' }}>
        {mark} {panel.title}
        {more}
      </h4>
    );
  }
  const Drawn = DRAWN_BY[panel.type];
  const frames = panel.series.map((series, index) => fieldOf(panel, series, index));
  return (
    <div style={place}>
      <PanelChrome title={panel.title} width={w * CELL - GAP} height={h * ROW - GAP}>
        {(width, height) => <Drawn panel={panel} frames={frames} width={width} height={height} />}
      </PanelChrome>
    </div>
  );
}

createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{ position: 'relative', width, color: '#ccccdc' }}>
      <h2 style={{ margin: '8px 4px 0' }}>{title}</h2>
      <div style={{ margin: '0 4px' }}>{note}</div>
      {panels.map((panel, index) => (
        <Panel key={index} panel={panel} />
      ))}
    </div>
  </ThemeContext.Provider>
);
