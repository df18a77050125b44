/** Where a tile goes. Pixels, from the top left of the grid. */
export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A camera's picture. A tile of this shape cuts nothing off. */
const CAMERA_ASPECT = 16 / 9;
/** How far a tile may leave that shape to fill the space; beyond, faces would be cut. A phone held upright has little width. */
const MIN_ASPECT_WIDE = 1.2;
const MIN_ASPECT_UPRIGHT = 0.8;
/** What cutting costs: of a tile's size, the part that counts only as far as the picture is seen. */
const CUT_WEIGHT = 0.3;
/** A smaller tile is not worth drawing: then the grid scrolls. */
const MIN_TILE_WIDTH = 120;
/** Of the space, for the others beside an enlarged tile; more below it, for an upright phone has height to spare. */
const STRIP_SHARE_WIDE = 0.22;
const STRIP_SHARE_UPRIGHT = 0.45;
const MIN_STRIP_PX = 110;

/** Places `count` tiles so that as much as possible is seen of each picture. The last row is centred. */
export function layoutGrid(count: number, width: number, height: number, gap: number): Rect[] {
  const { columns, tileWidth, tileHeight } = bestGrid(count, width, height, gap);
  const rows = Math.ceil(count / columns);
  const top = Math.max(0, (height - rows * tileHeight - (rows - 1) * gap) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row < rows - 1 ? columns : count - columns * (rows - 1);
    const left = (width - inRow * tileWidth - (inRow - 1) * gap) / 2;
    return {
      left: Math.round(left + (index % columns) * (tileWidth + gap)),
      top: Math.round(top + row * (tileHeight + gap)),
      width: tileWidth,
      height: tileHeight,
    };
  });
}

/** Places one tile large and the others in a strip: at the right of a wide space, below in a narrow one. */
export function layoutStage(count: number, stage: number, width: number, height: number, gap: number): Rect[] {
  if (count < 2) {
    return [{ left: 0, top: 0, width, height }];
  }
  const beside = width >= height;
  const strip = Math.max(MIN_STRIP_PX, beside ? width * STRIP_SHARE_WIDE : height * STRIP_SHARE_UPRIGHT);
  const large = beside
    ? { left: 0, top: 0, width: Math.floor(width - strip - gap), height }
    : { left: 0, top: 0, width, height: Math.floor(height - strip - gap) };
  const others = beside ? layoutGrid(count - 1, strip, height, gap) : layoutGrid(count - 1, width, strip, gap);
  const placed = others.map((rect) =>
    beside ? { ...rect, left: rect.left + large.width + gap } : { ...rect, top: rect.top + large.height + gap },
  );
  placed.splice(stage, 0, large);
  return placed;
}

/** Tries every number of columns, and weighs size against what is cut off. */
function bestGrid(count: number, width: number, height: number, gap: number) {
  let best = { columns: 1, tileWidth: 0, tileHeight: 0 };
  let bestScore = -1;
  const minAspect = width >= height ? MIN_ASPECT_WIDE : MIN_ASPECT_UPRIGHT;
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gap * (columns - 1)) / columns;
    const cellHeight = Math.max(1, (height - gap * (rows - 1)) / rows);
    if (columns > 1 && cellWidth < MIN_TILE_WIDTH) {
      break;
    }
    const aspect = Math.min(CAMERA_ASPECT, Math.max(minAspect, cellWidth / cellHeight));
    const tileWidth = Math.min(cellWidth, cellHeight * aspect);
    // The picture fills the tile, so a narrower tile shows only part of it; size alone would favour slivers.
    const visible = aspect / CAMERA_ASPECT;
    const score = (tileWidth * tileWidth * (1 - CUT_WEIGHT + CUT_WEIGHT * visible)) / aspect;
    if (score > bestScore) {
      bestScore = score;
      best = { columns, tileWidth: Math.floor(tileWidth), tileHeight: Math.floor(tileWidth / aspect) };
    }
  }
  if (best.tileWidth >= Math.min(MIN_TILE_WIDTH, width)) {
    return best;
  }
  const columns = Math.max(1, Math.floor((width + gap) / (MIN_TILE_WIDTH + gap)));
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  return { columns, tileWidth, tileHeight: Math.round(tileWidth / CAMERA_ASPECT) };
}
