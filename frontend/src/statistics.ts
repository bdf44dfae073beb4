// Charts of supervision: each reads the table beside it, which stays for everybody; loaded on this page only.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([AriaComponent, BarChart, CanvasRenderer, GridComponent, LegendComponent]);

const MOST = 40;
const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--st-${name}`).trim();

for (const frame of document.querySelectorAll<HTMLElement>("[data-chart]")) {
  const table = document.getElementById(frame.dataset.chart ?? "");
  if (!(table instanceof HTMLTableElement)) continue;
  const columns = (frame.dataset.columns ?? "").split(",").map(Number);
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent ?? "");
  const rows = [...(table.tBodies[0]?.rows ?? [])].slice(0, MOST);
  const number = (text: string | null) => Number((text ?? "").replaceAll(",", "")) || 0;
  frame.hidden = false;
  const chart = echarts.init(frame);
  const text = { color: colour("ink"), fontSize: 14 };
  chart.setOption({
    animation: false,
    aria: { enabled: true, decal: { show: true } },
    color: [colour("brand"), colour("info"), colour("bad")],
    legend: { textStyle: text, top: 0 },
    grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: rows.map((row) => row.cells[0]?.textContent ?? ""),
      axisLabel: { ...text, interval: 0, rotate: rows.length > 6 ? 45 : 0, width: 120, overflow: "truncate" },
    },
    yAxis: { type: "value", minInterval: 1, axisLabel: text },
    series: columns.map((column) => ({
      name: heads[column],
      type: "bar",
      data: rows.map((row) => number(row.cells[column]?.textContent ?? "")),
    })),
  });
  new ResizeObserver(() => chart.resize()).observe(frame);
}
