/* Keeps the progress of a bulk change up to date; without it, the page is shown again by hand. */
"use strict";

ckan.module("ontario-bulk-progress", function () {
  const PAUSE = 2000;

  return {
    initialize: function () {
      this.look = this.look.bind(this);
      window.setTimeout(this.look, PAUSE);
    },

    look: async function () {
      const { run, phase } = this.options;
      const answer = await fetch(
        this.sandbox.url(`/api/3/action/ontario_bulk_run_show?items=false&id=${encodeURIComponent(run)}`)
      );
      if (!answer.ok) {
        return;
      }
      const { result } = await answer.json();
      if (result.phase !== phase || result.still) {
        window.location.reload();
        return;
      }
      const done = result.total - result.counts.waiting;
      this.el.find("progress").val(done);
      this.el.find("[role=status]").text(`${done} / ${result.total}`);
      window.setTimeout(this.look, PAUSE);
    },
  };
});
