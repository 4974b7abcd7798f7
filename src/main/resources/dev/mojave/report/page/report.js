// Draws the figures whose data is in the element #plots. Everything it shows is also in the page's tables.
(function () {
  'use strict';
  const data = JSON.parse(document.getElementById('plots').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let theme = data.themes[dark.matches ? 'dark' : 'light'];
  const FONT = getComputedStyle(document.body).fontFamily;
  const NARROW = 560;

  const escape = (text) => String(text).replace(/[&<>"']/g, (c) => '&#' + c.charCodeAt(0) + ';');
  const alpha = (hex, a) => hex + Math.round(a * 255).toString(16).padStart(2, '0');
  const plain = (v) => String(Number(Number(v).toPrecision(6))).replace('-', '−');

  function tick(value, format) {
    const size = Math.abs(value);
    if (value === 0) return '0';
    if (format === 'COUNT') {
      if (size >= 1e9) return plain(value / 1e9) + 'B';
      if (size >= 1e6) return plain(value / 1e6) + 'M';
      if (size >= 1e3) return plain(value / 1e3) + 'k';
    } else if (format === 'SECONDS') {
      const s = Math.round(value);
      if (size < 10) return plain(value) + 's';
      if (s < 60) return s + 's';
      const minutes = Math.floor(s / 60);
      const two = (n) => String(n).padStart(2, '0');
      return minutes < 60 ? minutes + 'm ' + two(s % 60) + 's' : Math.floor(minutes / 60) + 'h ' + two(minutes % 60) + 'm';
    } else if (format === 'SCIENTIFIC') {
      const e = Math.floor(Math.log10(size));
      return plain(value / Math.pow(10, e)) + 'e' + e;
    }
    return plain(value);
  }
  // What stands at a value of an axis: a number, or one of its labels, which lie at whole numbers.
  function at(value, axis) {
    if (!axis.labels || !axis.labels.length) return tick(Number(Number(value).toPrecision(7)), axis.format);
    const index = Math.round(value);
    return Math.abs(value - index) < 1e-6 && axis.labels[index] !== undefined ? axis.labels[index] : '';
  }
  const shown = (v) => (v == null ? '–' : Math.abs(v) < 1e-3 && v !== 0 ? v.toExponential(2) : plain(Number(v.toPrecision(5))));

  function valueAxis(axis, position) {
    const even = Math.abs(axis.max / axis.step - Math.round(axis.max / axis.step)) < 1e-6;
    const start = Math.abs(axis.min / axis.step - Math.round(axis.min / axis.step)) < 1e-6;
    const horizontal = position === 'x';
    return {
      type: 'value', min: axis.min, max: axis.max, interval: axis.step,
      name: horizontal ? axis.name : '', nameLocation: 'middle', nameGap: 32,
      nameTextStyle: { color: theme.muted, fontFamily: FONT, fontSize: 13 },
      axisLabel: { color: theme.muted, fontFamily: FONT, fontSize: 12, hideOverlap: true, showMaxLabel: even, showMinLabel: start, formatter: (v) => (axis.labels && axis.labels.length ? at(v, axis) : tick(v, axis.format)) },
      axisLine: { show: horizontal, onZero: false, lineStyle: { color: theme.rule } },
      axisTick: { show: horizontal, lineStyle: { color: theme.rule } },
      splitLine: { show: !horizontal, lineStyle: { color: theme.rule } },
    };
  }

  function base(figure) {
    return {
      animation: false, backgroundColor: 'transparent', textStyle: { fontFamily: FONT, color: theme.ink },
      aria: { enabled: true, label: { description: figure.title + '. ' + figure.summary }, decal: { show: figure.views[0].plot.kind !== 'heat' } },
      grid: { left: 4, right: 16, top: 34, bottom: 44, containLabel: true },
      tooltip: { confine: true, backgroundColor: theme.paper, borderColor: theme.rule, textStyle: { color: theme.ink, fontFamily: FONT, fontSize: 13 }, extraCssText: 'max-width: min(24rem, 90vw); white-space: normal; overflow-wrap: anywhere;' },
    };
  }

  const oneLine = (text) => String(text).replace(/[\s\u0000-\u001f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim() || '(empty)';

  // The y axis's name is above the axis, in full: a phone has no room for it at the side.
  const corner = (text) => [{ type: 'text', left: 0, top: 4, silent: true, style: { text: text, fill: theme.muted, font: '13px ' + FONT } }];

  // A filled polygon between the low and high ends of a line's points.
  function band(line, color) {
    const points = line.points.filter((p) => p.length === 4);
    return {
      type: 'custom', name: line.label, silent: true, clip: true, z: 1, tooltip: { show: false },
      data: points.length > 1 ? [points[0]] : [], encode: { x: 0, y: 1 },
      renderItem: (params, api) => ({
        type: 'polygon',
        shape: { points: points.map((p) => api.coord([p[0], p[3]])).concat(points.slice().reverse().map((p) => api.coord([p[0], p[2]]))) },
        style: { fill: alpha(color, 0.18) },
      }),
    };
  }

  function lines(plot, figure, hidden) {
    const option = base(figure);
    option.xAxis = valueAxis(plot.x, 'x');
    option.yAxis = valueAxis(plot.y, 'y');
    option.graphic = corner(plot.y.name);
    const visible = plot.lines.filter((line) => !hidden.has(line.label));
    option.series = visible.filter((line) => line.band).map((line) => band(line, theme.slots[line.slot]));
    visible.forEach((line) => {
      const color = theme.slots[line.slot];
      const faint = line.stroke === 'FAINT';
      option.series.push({
        type: 'line', name: line.label, data: line.points, encode: { x: 0, y: 1 }, z: faint ? 2 : 3, silent: faint,
        symbol: data.markers[line.slot], symbolSize: 6, showSymbol: !faint && line.points.length <= 60,
        itemStyle: { color: color }, lineStyle: { color: color, width: faint ? 1 : 2, opacity: faint ? 0.35 : 1, type: line.stroke === 'DASHED' ? 'dashed' : 'solid' },
      });
    });
    option.series.push({
      type: 'line', data: [], silent: true,
      markLine: {
        silent: true, symbol: 'none', lineStyle: { color: theme.muted, type: [6, 5], width: 1.2 },
        data: plot.references.map((r) => ({ yAxis: r.value, label: { formatter: r.label, position: 'insideEndTop', color: theme.muted, fontFamily: FONT, fontSize: 12 } })),
      },
    });
    option.tooltip.trigger = 'axis';
    option.tooltip.formatter = (items) => {
      const rows = items.filter((i) => i.seriesType === 'line').map((i) => {
        const v = i.value;
        const range = v.length === 4 ? ' <span style="color:' + theme.muted + '">' + shown(v[2]) + ' to ' + shown(v[3]) + '</span>' : '';
        return i.marker + escape(i.seriesName) + ' <b>' + shown(v[1]) + '</b>' + range;
      });
      const place = plot.x.labels && plot.x.labels.length ? at(items[0].value[0], plot.x) : tick(Number(items[0].value[0].toPrecision(4)), plot.x.format);
      return rows.length ? escape(place) + ' ' + escape(plot.x.name) + '<br>' + rows.join('<br>') : '';
    };
    return option;
  }

  function scatter(plot, figure, hidden) {
    const option = base(figure);
    option.xAxis = valueAxis(plot.x, 'x');
    option.yAxis = valueAxis(plot.y, 'y');
    option.graphic = corner(plot.y.name);
    const visible = plot.marks.filter((m) => !hidden.has(m.label));
    option.series = visible.filter((m) => m.at.length === 4).map((m) => ({
      type: 'custom', silent: true, z: 2, data: [m.at], tooltip: { show: false }, encode: { x: 0, y: 1 },
      renderItem: (params, api) => {
        const low = api.coord([m.at[0], m.at[2]]);
        const high = api.coord([m.at[0], m.at[3]]);
        const style = { stroke: theme.slots[m.slot], lineWidth: 2 };
        const part = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: style });
        return { type: 'group', children: [part(low[0], low[1], high[0], high[1]), part(low[0] - 5, low[1], low[0] + 5, low[1]), part(high[0] - 5, high[1], high[0] + 5, high[1])] };
      },
    })).concat(visible.map((m) => ({
      type: 'scatter', name: m.label, data: [m.at], encode: { x: 0, y: 1 }, z: 3,
      symbol: data.markers[m.slot], symbolSize: 13, itemStyle: { color: theme.slots[m.slot] },
    })));
    option.tooltip.formatter = (i) => escape(i.seriesName) + '<br>' + escape(tick(Number(i.value[0].toPrecision(4)), plot.x.format)) + ' ' + escape(plot.x.name) + '<br><b>' + shown(i.value[1]) + '</b> ' + escape(plot.y.name);
    return option;
  }

  function heat(plot, figure, hidden, width) {
    const option = base(figure);
    const category = (labels, name, inverse, room) => ({
      type: 'category', data: labels, name: name, inverse: inverse, nameLocation: 'middle', nameGap: 30,
      nameTextStyle: { color: theme.muted, fontFamily: FONT, fontSize: 13 },
      axisLabel: { color: theme.muted, fontFamily: FONT, fontSize: 12, hideOverlap: true, width: room, overflow: 'truncate', formatter: (v) => oneLine(v) },
      axisLine: { show: false }, axisTick: { show: false }, splitArea: { show: false },
    });
    option.xAxis = category(plot.columns, plot.xName, false, 90);
    option.yAxis = category(plot.rows, '', true, Math.max(70, Math.min(260, width * 0.3)));
    option.graphic = corner(plot.yName);
    option.grid.bottom = 74;
    const far = 0.3 * (plot.high - plot.low);
    const middle = (plot.high + plot.low) / 2;
    const cells = [];
    plot.values.forEach((row, r) => row.forEach((v, c) => {
      if (v != null) cells.push({ value: [c, r, v], label: { color: Math.abs(v - middle) > far ? theme.paper : theme.ink } });
    }));
    option.visualMap = {
      type: 'continuous', min: plot.low, max: plot.high, orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 12, itemHeight: 150,
      text: [plot.high + plot.unit + ' or more', plot.low + plot.unit], textStyle: { color: theme.muted, fontFamily: FONT, fontSize: 12 }, inRange: { color: theme.heat },
    };
    option.series = [{
      type: 'heatmap', data: cells, itemStyle: { borderColor: theme.paper, borderWidth: plot.printed ? 2 : 0 },
      label: { show: plot.printed, fontFamily: FONT, fontSize: 12, formatter: (i) => i.value[2].toFixed(2) },
      emphasis: { itemStyle: { borderColor: theme.ink, borderWidth: 1 } },
    }];
    option.tooltip.formatter = (i) => escape(plot.yName) + ': ' + escape(plot.rows[i.value[1]]) + '<br>' + escape(plot.xName) + ': ' + escape(plot.columns[i.value[0]]) + '<br><b>' + i.value[2].toFixed(2) + escape(plot.unit) + '</b>';
    return option;
  }

  function intervals(plot, figure, hidden, width) {
    const option = base(figure);
    option.xAxis = valueAxis(plot.x, 'x');
    option.yAxis = { type: 'value', min: 0, max: plot.intervals.length, show: false };
    option.grid = { left: 16, right: 24, top: 34, bottom: 48 };
    const side = (text, where) => ({ type: 'text', top: 8, [where]: where === 'left' ? 16 : 24, silent: true, style: { text: text, fill: theme.muted, font: '13px ' + FONT, width: width / 2 - 30, overflow: 'truncate' } });
    option.graphic = [side('← ' + plot.left, 'left'), side(plot.right + ' →', 'right')];
    option.series = [{
      type: 'custom', data: plot.intervals.map((v, i) => [v.at[1], plot.intervals.length - i - 0.7]), encode: { x: 0, y: 1 }, clip: false,
      renderItem: (params, api) => intervalRow(plot, plot.intervals[params.dataIndex], params, api),
    }];
    option.tooltip.formatter = (i) => escape(plot.intervals[i.dataIndex].label) + '<br><b>' + escape(plot.intervals[i.dataIndex].text) + '</b><br>nats per token';
    return option;
  }

  function intervalRow(plot, item, params, api) {
    const color = theme.slots[item.slot];
    const y = api.coord([0, api.value(1)])[1];
    const x = (v) => api.coord([Math.max(plot.x.min, Math.min(plot.x.max, v)), 0])[0];
    const area = params.coordSys;
    const children = [];
    if (item.detectable != null) {
      children.push({ type: 'rect', shape: { x: x(-item.detectable), y: y - 9, width: x(item.detectable) - x(-item.detectable), height: 18 }, style: { fill: theme.rule, opacity: 0.7 } });
    }
    children.push({ type: 'line', shape: { x1: x(0), x2: x(0), y1: y - 18, y2: y + 18 }, style: { stroke: theme.muted, lineWidth: 1.5 } });
    if (item.at.length === 4) {
      const part = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: { stroke: color, lineWidth: 3 } });
      children.push(part(x(item.at[2]), y, x(item.at[3]), y), part(x(item.at[2]), y - 6, x(item.at[2]), y + 6), part(x(item.at[3]), y - 6, x(item.at[3]), y + 6));
    }
    children.push({ type: 'circle', shape: { cx: x(item.at[1]), cy: y, r: 6 }, style: { fill: color, stroke: theme.paper, lineWidth: 1.5 } });
    children.push({ type: 'text', style: { x: area.x, y: y - 22, text: item.label + (area.width < NARROW ? '\n' : '   ') + item.text, fill: theme.ink, font: '600 13px ' + FONT, lineHeight: 18, verticalAlign: 'bottom', width: area.width, overflow: 'truncate' } });
    return { type: 'group', children: children };
  }

  function height(plot, width) {
    switch (plot.kind) {
      case 'intervals': return 88 + (width < NARROW ? 94 : 76) * plot.intervals.length;
      case 'heat': return 130 + Math.max(120, plot.rows.length * (plot.printed ? 38 : Math.max(8, Math.min(22, 640 / plot.rows.length))));
      default: return width < NARROW ? 300 : 380;
    }
  }

  const MARKS = {
    circle: 'M12 3.5a4.5 4.5 0 1 0 .01 0z', rect: 'M8 4h8v8h-8z', triangle: 'M12 3l5 9h-10z', diamond: 'M12 2l5 6-5 6-5-6z',
    pin: 'M12 13l-4-6a4.4 4.4 0 1 1 8 0z', arrow: 'M12 3l5 10-5-3-5 3z', roundRect: 'M9 4h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z',
  };
  function swatch(entry, isLine) {
    const stroke = entry.stroke === 'FAINT' ? 1 : 2;
    const line = isLine ? '<path d="M0 8h24"' + (entry.stroke === 'DASHED' ? ' stroke-dasharray="4 3"' : '') + ' stroke-width="' + stroke + '" opacity="' + (stroke === 1 ? 0.4 : 1) + '"/>' : '';
    const mark = entry.stroke === 'FAINT' ? '' : '<path d="' + MARKS[data.markers[entry.slot]] + '" fill="var(--slot-' + entry.slot + ')"/>';
    return '<svg width="24" height="16" viewBox="0 0 24 16" aria-hidden="true" fill="none" stroke="var(--slot-' + entry.slot + ')">' + line + mark + '</svg>';
  }

  function choices(className, label, before) {
    const group = document.createElement('div');
    group.className = 'choices ' + className;
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', label);
    before.parentNode.insertBefore(group, before);
    return group;
  }
  function choice(group, text, icon, pressed, act) {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-pressed', String(pressed));
    if (icon) button.insertAdjacentHTML('afterbegin', icon);
    const label = document.createElement('span');
    label.textContent = oneLine(text);
    label.dir = 'auto';
    button.title = text;
    button.appendChild(label);
    button.addEventListener('click', () => act(button));
    group.appendChild(button);
  }

  const DRAW = { lines: lines, scatter: scatter, heat: heat, intervals: intervals };
  function mount(element) {
    const figure = data.figures[element.dataset.figure];
    const hidden = new Set();
    let view = 0;
    let drawnWidth = 0;
    const plot = () => figure.views[view].plot;
    element.setAttribute('role', 'img');
    const chart = echarts.init(element, null, { renderer: 'svg', height: height(plot(), element.clientWidth) });
    let legend = null;

    function redraw() {
      const width = element.clientWidth;
      if (!width) return;
      drawnWidth = width;
      const tall = height(plot(), width);
      element.style.height = tall + 'px';
      chart.resize({ width: width, height: tall });
      chart.setOption(DRAW[plot().kind](plot(), figure, hidden, width), true);
    }
    function fillLegend() {
      const entries = plot().lines || plot().marks || [];
      if (entries.length < 2) return;
      legend = legend || choices('legend', 'Shown in ' + figure.title, element);
      legend.textContent = '';
      entries.forEach((entry) => choice(legend, entry.label, swatch(entry, Boolean(plot().lines)), !hidden.has(entry.label), (button) => {
        if (!hidden.delete(entry.label)) hidden.add(entry.label);
        button.setAttribute('aria-pressed', String(!hidden.has(entry.label)));
        redraw();
      }));
    }
    if (figure.views.length > 1) {
      const group = choices('views', 'View of ' + figure.title, element);
      figure.views.forEach((v, i) => choice(group, v.label, '', i === 0, (button) => {
        view = i;
        group.querySelectorAll('button').forEach((b) => b.setAttribute('aria-pressed', String(b === button)));
        fillLegend();
        redraw();
      }));
    }
    fillLegend();
    redraw();
    new ResizeObserver(() => { if (element.clientWidth !== drawnWidth) redraw(); }).observe(element);
    return redraw;
  }

  document.documentElement.classList.add('js');
  const redraws = Array.from(document.querySelectorAll('.plot')).map(mount);
  function retheme(name) {
    theme = data.themes[name];
    redraws.forEach((redraw) => redraw());
  }
  const current = () => retheme(dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', current);
  addEventListener('beforeprint', () => retheme('light'));
  addEventListener('afterprint', current);
})();
