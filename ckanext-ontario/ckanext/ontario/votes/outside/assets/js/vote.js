/* Votes without loading the page again; without it, the form leads to the page anew. */
"use strict";

ckan.module("ontario-votes", function () {
  return {
    initialize: function () {
      this.sending = false;
      this.el.on("submit", "form", this.send.bind(this));
    },

    send: async function (event) {
      event.preventDefault();
      if (this.sending) {
        return;
      }
      this.sending = true;
      const form = event.currentTarget;
      try {
        const answer = await fetch(form.action, {
          method: "POST",
          headers: { Accept: "application/json" },
          body: new URLSearchParams(new FormData(form)),
        });
        const { html, said } = await answer.json();
        this.show(html, said);
      } catch {
        form.submit(); // the page of the error says why
      } finally {
        this.sending = false;
      }
    },

    show: function (html, said) {
      const part = this.el.find("[data-votes-part]");
      part.html(html);
      part.find("button").trigger("focus");
      this.el.find("[data-votes-said]").text(said);
    },
  };
});
