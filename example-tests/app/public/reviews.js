/** Stars, in a frame of their own. */
const stars = [...document.querySelectorAll('[data-star]')];
for (const star of stars) {
  star.addEventListener('click', () => {
    const given = Number(star.dataset.star);
    for (const other of stars) other.classList.toggle('lit', Number(other.dataset.star) <= given);
    document.querySelector('#thanks').textContent = `Thank you for ${given} ${given === 1 ? 'star' : 'stars'}.`;
  });
}
