// Picture: a panel as a PNG. Whatever kind of data it is of stands on it, so that it cannot pass for another.

import { colours } from "./theme.js";
import { save } from "./csv.js";

const FONT = '"Inter", system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif';
const ROW = 20;
const PAD = 12;
const MOST_ROWS = 600;

// A table drawn by us: names above, texts below, numbers to the right.
export function tablePicture(columns, rows) {
  const texts = rows.slice(0, MOST_ROWS);
  const context = document.createElement("canvas").getContext("2d");
  context.font = `12px ${FONT}`;
  const widths = columns.map((column, place) => {
    const longest = Math.max(...[column.label, ...texts.map((row) => row[place])].map((text) => context.measureText(text).width));
    return Math.ceil(longest) + 16;
  });
  const width = widths.reduce((sum, one) => sum + one, 0);
  const paint = (target) => {
    const colour = colours();
    target.font = `12px ${FONT}`;
    target.textBaseline = "middle";
    [columns.map((column) => column.label), ...texts].forEach((row, at) => {
      let left = 0;
      target.fillStyle = at === 0 ? colour.dim : colour.text;
      row.forEach((text, place) => {
        const isNumber = columns[place].kind !== "text";
        target.textAlign = isNumber ? "right" : "left";
        target.fillText(text, isNumber ? left + widths[place] - 8 : left + 8, at * ROW + ROW / 2);
        left += widths[place];
      });
      target.fillStyle = colour.line;
      target.fillRect(0, (at + 1) * ROW - 1, width, 1);
    });
  };
  return { width, height: (texts.length + 1) * ROW, paint };
}

// A canvas that is there already; its pixels are finer than those of the page.
export function canvasPicture(canvas, width = canvas.clientWidth, height = canvas.clientHeight) {
  return { width, height, paint: (target) => target.drawImage(canvas, 0, 0, width, height) };
}

// Pictures below each other.
export function stacked(pictures) {
  const width = Math.max(...pictures.map((one) => one.width));
  const height = pictures.reduce((sum, one) => sum + one.height + PAD, 0);
  const paint = (target) => {
    for (const one of pictures) {
      target.save();
      one.paint(target);
      target.restore();
      target.translate(0, one.height + PAD);
    }
  };
  return { width, height, paint };
}

export function savePicture(name, { title, detail, banner }, picture) {
  const colour = colours();
  const scale = 2;
  const top = banner ? 62 : 40;
  const canvas = document.createElement("canvas");
  const width = Math.max(picture.width, 360) + 2 * PAD;
  canvas.width = width * scale;
  canvas.height = (picture.height + top + PAD) * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.fillStyle = colour.panel;
  context.fillRect(0, 0, width, canvas.height);
  context.textBaseline = "middle";
  context.fillStyle = colour.text;
  context.font = `600 14px ${FONT}`;
  context.fillText(title, PAD, 20);
  const after = PAD + context.measureText(title).width + 10;
  context.font = `12px ${FONT}`;
  context.fillStyle = colour.dim;
  context.fillText(detail, after, 20, Math.max(60, width - after - PAD));
  if (banner) {
    context.fillStyle = colour.warn;
    context.fillRect(0, 36, width, 20);
    context.fillStyle = colour.panel;
    context.font = `600 12px ${FONT}`;
    context.fillText(banner, PAD, 46, width - 2 * PAD);
  }
  context.translate(PAD, top);
  picture.paint(context);
  canvas.toBlob((blob) => save(name, blob), "image/png");
}
