// @ts-check
/**
 * The audio thread: channels to one, frames of 16 bits, their level. Collects and sends, decides
 * nothing.
 */

const QUIET = -60; // dB below which the level is 0

/** Of samples from -1 to 1: 0 for silence, 1 for as loud as can be. @param {number} power */
function loudness(power) {
  return power > 0 ? Math.max(0, Math.min(1, 1 - (10 * Math.log10(power)) / QUIET)) : 0;
}

class Collector extends AudioWorkletProcessor {
  /** @param {{processorOptions: {frame: number}}} options frame: samples */
  constructor({ processorOptions: { frame } }) {
    super();
    this.frame = frame;
    this.samples = new Int16Array(frame);
    this.filled = 0;
    this.power = 0;
    this.port.onmessage = () => {
      this.send();
      this.port.postMessage(null); // what came before this was all of it
    };
  }

  /** @param {Float32Array[][]} inputs */
  process([channels]) {
    const length = channels[0]?.length ?? 0;
    for (let index = 0; index < length; index += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[index];
      this.take(Math.max(-1, Math.min(1, sum / channels.length)));
    }
    return true;
  }

  /** @param {number} sample */
  take(sample) {
    this.samples[this.filled] = Math.round(sample * 0x7fff);
    this.power += sample * sample;
    this.filled += 1;
    if (this.filled === this.frame) this.send();
  }

  send() {
    if (!this.filled) return;
    const pcm = this.samples.slice(0, this.filled);
    const level = loudness((2 * this.power) / this.filled); // a full sine is as loud as can be
    this.port.postMessage({ pcm, level }, [pcm.buffer]);
    this.filled = 0;
    this.power = 0;
  }
}

registerProcessor('captionflow-collector', Collector);
