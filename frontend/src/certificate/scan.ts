// Reading QR codes from the camera, from photographs and from PDF files. The heavy parts are loaded when first needed.

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
type DetectorClass = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

const CAMERA_SIDE = 900;
const PHOTO_SIDES = [1600, 2600, 1000];
const PDF_SCALE = 3;

let detector: Promise<Detector | null> | undefined;

function nativeDetector(): Promise<Detector | null> {
  detector ??= (async () => {
    const Native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
    const formats = await Native?.getSupportedFormats();
    return Native && formats?.includes("qr_code") ? new Native({ formats: ["qr_code"] }) : null;
  })();
  return detector;
}

/** The text of a QR code in a drawing, or null. */
async function read(canvas: HTMLCanvasElement): Promise<string | null> {
  const native = await nativeDetector();
  if (native) {
    const found = await native.detect(canvas);
    if (found[0]) return found[0].rawValue;
  }
  const { default: jsQR } = await import("jsqr");
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(picture.data, picture.width, picture.height)?.data ?? null;
}

function drawn(source: CanvasImageSource, width: number, height: number, longest: number): HTMLCanvasElement {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The QR code in a photograph or on the first page of a PDF, or null. Throws where the file cannot be read. */
export async function readFile(file: File): Promise<string | null> {
  if (file.type === "application/pdf" || /\.pdf$/i.test(file.name)) return readPdf(file);
  const bitmap = await createImageBitmap(file);
  try {
    for (const side of PHOTO_SIDES) {
      const text = await read(drawn(bitmap, bitmap.width, bitmap.height, side));
      if (text) return text;
    }
    return null;
  } finally {
    bitmap.close();
  }
}

async function readPdf(file: File): Promise<string | null> {
  const pdf = await import("pdfjs-dist");
  pdf.GlobalWorkerOptions.workerSrc = new URL("pdfjs-dist/build/pdf.worker.min.mjs", import.meta.url).href;
  const task = pdf.getDocument({ data: await file.arrayBuffer(), useSystemFonts: true, disableFontFace: true });
  try {
    const page = await (await task.promise).getPage(1);
    const viewport = page.getViewport({ scale: PDF_SCALE });
    const canvas = document.createElement("canvas");
    canvas.width = viewport.width;
    canvas.height = viewport.height;
    await page.render({ canvas, viewport }).promise;
    return await read(canvas);
  } finally {
    await task.destroy();
  }
}

/** Show the camera in `video` until a QR code is seen (its text) or `signal` ends it (null). */
export async function readCamera(video: HTMLVideoElement, signal: AbortSignal): Promise<string | null> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
  });
  try {
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted) {
      const side = Math.min(video.videoWidth, video.videoHeight);
      if (side) {
        const text = await read(centre(video, side));
        if (text) return text;
      }
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

function centre(video: HTMLVideoElement, side: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.min(side, CAMERA_SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  const [x, y] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
  context.drawImage(video, x, y, side, side, 0, 0, canvas.width, canvas.height);
  return canvas;
}
