/* Keeps the progress of a harvest up to date; without it, the page is loaded again by a link. */
"use strict";

ckan.module("ontario-harvest-progress", function () {
  const PAUSE = 2000;
  const SAY_EVERY = 15000;
  const PATIENCE = 15; // a job that waits has no run to ask for, and may end without one

  return {
    initialize: function () {
      this.look = this.look.bind(this);
      this.said = { at: 0, stage: null };
      this.unanswered = 0;
      window.setTimeout(this.look, PAUSE);
    },

    look: async function () {
      const address = `/api/3/action/ontario_harvest_run_show?job_id=${encodeURIComponent(this.options.job)}`;
      let answer;
      try {
        answer = await fetch(this.sandbox.url(address));
      } catch {
        answer = { ok: false, status: 0 };
      }
      if (answer.ok) {
        const { result } = await answer.json();
        if (result.status !== "running") {
          window.location.reload();
          return;
        }
        this.unanswered = 0;
        this.show(result);
      } else if (answer.status === 401 || answer.status === 403) {
        return;
      } else if (++this.unanswered >= PATIENCE) {
        window.location.reload();
        return;
      }
      window.setTimeout(this.look, PAUSE);
    },

    show: function ({ progress, issues_so_far: issues }) {
      const text = this.words(progress);
      const bar = this.el.find("progress");
      if (progress.total) {
        bar.attr({ max: progress.total, value: progress.done });
      } else {
        bar.removeAttr("value");
      }
      this.el.find("[data-harvest-text]").text(text);
      this.el.find("[data-harvest-issues]").text(this.number(issues));
      const now = Date.now();
      if (this.said.stage !== progress.stage || now - this.said.at > SAY_EVERY) {
        this.said = { at: now, stage: progress.stage };
        this.el.find("[role=status]").text(text);
      }
    },

    number: function (value) {
      const locale = `${document.documentElement.lang || "en"}-CA`;
      return typeof value === "number" ? value.toLocaleString(locale) : value;
    },

    words: function ({ stage, done, total, rate, remaining }) {
      const words = this.options.words;
      const parts = [words[stage] || words.plan];
      if (rate) {
        parts.push(words.rate);
      }
      if (remaining !== null) {
        parts.push(words.remaining);
      }
      const values = { done, total, rate, minutes: Math.ceil((remaining || 0) / 60) };
      return parts.join(" ").replace(/\{(\w+)\}/g, (_all, name) => this.number(values[name]));
    },
  };
});
